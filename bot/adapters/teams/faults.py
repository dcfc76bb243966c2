"""What Teams answers when it will not do what we ask, turned into the outbox's words.

After https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability: only 412, 429, 502, 503
and 504 are worth a second try, and a create that ended in a 5xx may have arrived. An update does no harm when it is
repeated, so it is also tried again after 401 (a token that has just ended), 408 and 500.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

import msgspec

from bot.ports import CardGone, TryLater, Undeliverable


class Verb(StrEnum):
    CREATE = "create"
    UPDATE = "update"


CLOSED = {
    "BotDisabledByAdmin",
    "BotNotInConversationRoster",
    "ConversationBlockedByUser",
    "ConversationNotFound",
    "ForbiddenOperationException",
    "MessageWritesBlocked",
}
"""The codes that say that the conversation itself is closed to the bot."""

UPDATE_AGAIN = (401, 408, 500)
FINAL = CLOSED | {"BotNotRegistered"}
"""The codes that no repetition changes."""

LONGEST = 3600.0
"""Seconds that we wait at most because Teams asks for it."""


class _Error(msgspec.Struct):
    code: str | None = None


class _Body(msgspec.Struct, rename={"sub_code": "subCode"}):
    error: _Error | None = None
    code: str | None = None
    sub_code: str | None = None
    message: str | None = None


def failure(
    verb: Verb, status: int, headers: Mapping[str, str], body: bytes, now: datetime
) -> TryLater | Undeliverable:
    """The exception that a status other than 2xx stands for."""
    code = _code(body)
    reason = f"Teams answered {status} {code}".rstrip()
    if status in (412, 429):
        return TryLater(reason, after=retry_after(headers.get("Retry-After"), now))
    if status in (502, 503, 504):
        after = retry_after(headers.get("Retry-After"), now)
        return TryLater(reason, after=after, uncertain=verb is Verb.CREATE)
    if verb is Verb.UPDATE and status in UPDATE_AGAIN and code not in FINAL:
        return TryLater(reason, after=retry_after(headers.get("Retry-After"), now))
    if status == 404 and verb is Verb.UPDATE and code not in CLOSED:
        return CardGone(reason)
    return Undeliverable(reason, gone=status in (403, 404) and code in CLOSED)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, told as a number or as a date; None where the header is absent or makes no sense."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            at = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - now.timestamp()
    return min(max(seconds, 0.0), LONGEST) if seconds == seconds else None  # NaN is not equal to itself


def _code(body: bytes) -> str:
    """The error's code: {"error": {"code"}}, {"code"}, or {"subCode"} in the body or in its message."""
    try:
        told = msgspec.json.decode(body, type=_Body)
        code = told.error.code if told.error else told.code or told.sub_code
        if code is None and told.message and "subCode" in told.message:
            code = msgspec.json.decode(told.message, type=_Body).sub_code
    except (msgspec.MsgspecError, RecursionError):
        return ""
    return code if code and code.isalnum() and len(code) <= 80 else ""
