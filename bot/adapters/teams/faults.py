"""What Teams answers when it will not do what we ask, turned into the outbox's words and a sentence for people.

After https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability: only 412, 429, 502, 503
and 504 are worth a second try, and a new message that ended in a 5xx may have arrived all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

import msgspec

from bot.model import Value
from bot.ports import CardGone, TryLater, Undeliverable


class Verb(StrEnum):
    """What was asked: a new message, a change of one, the chat with a person, which is the same however often it is
    asked for, or only what something is called.
    """

    CREATE = "create"
    UPDATE = "update"
    OPEN = "open"
    READ = "read"


class Meaning(Value, frozen=True, kw_only=True):
    """What an error's code says to people; `closes` where nothing more is to be sent to that conversation."""

    status: int
    said: str
    closes: bool = False


def _closed(status: int, said: str) -> Meaning:
    return Meaning(status=status, said=said, closes=True)


MEANINGS = {
    "BotDisabledByAdmin": _closed(
        403, "An administrator has blocked the app. The bot goes on here as soon as somebody writes to it."
    ),
    "BotNotInConversationRoster": _closed(
        403, "The app is not installed here any more. The bot goes on as soon as it is installed again."
    ),
    "ConversationBlockedByUser": _closed(
        403, "The bot was blocked here. It goes on as soon as somebody unblocks it and writes to it."
    ),
    "ConversationNotFound": _closed(
        404, "Teams does not know this conversation any more. The bot goes on if it hears from it again."
    ),
    "ForbiddenOperationException": _closed(
        403, "The app is not installed for this person. The bot goes on as soon as they install it or write to it."
    ),
    "InvalidBotApiHost": _closed(
        403,
        "This conversation lives at another address of Teams. The bot goes on as soon as it hears from there; "
        "for GCC, TEAMS_URL is https://smba.infra.gcc.teams.microsoft.com/teams/.",
    ),
    "MessageWritesBlocked": _closed(
        403, "Messages to this conversation are blocked. The bot goes on as soon as somebody writes to it."
    ),
    "ActivityNotFoundInConversation": Meaning(status=404, said="The message is not there any more."),
    "BotNotRegistered": Meaning(status=401, said="APP_ID is not the id of a bot that is registered for Teams."),
    "MessageSizeTooBig": Meaning(status=413, said="The card is larger than Teams takes."),
    "NotEnoughPermissions": Meaning(status=403, said="Teams does not let the bot do this in this conversation."),
}
"""The codes that Microsoft documents; a code counts only with the status that it is documented for."""

_BY_STATUS = {413: "MessageSizeTooBig"}
"""What a status means whatever its code."""

AGAIN = (412, 429, 502, 503, 504)
MAY_HAVE_ARRIVED = (502, 503, 504)

LONGEST = 3600.0
"""Seconds that we wait at most because Teams asks for it."""


class Refused(Undeliverable):
    """Teams will not do it, however often it is asked; `code` is its own word for why."""

    def __init__(self, reason: str, code: str, *, gone: bool) -> None:
        super().__init__(reason, gone=gone)
        self.code = code


class _Error(msgspec.Struct):
    code: str | None = None


class _Body(msgspec.Struct, rename={"sub_code": "subCode"}):
    error: _Error | None = None
    code: str | None = None
    sub_code: str | None = None
    message: str | None = None


def failure(
    verb: Verb, status: int, headers: Mapping[str, str], body: bytes, now: datetime, *, threaded: bool = False
) -> TryLater | Undeliverable:
    """The exception that a status other than 2xx stands for; `threaded` where a thread was addressed."""
    code = _code(body)
    reason = f"Teams answered {status} {code}".rstrip()
    if status in AGAIN:
        uncertain = verb is Verb.CREATE and status in MAY_HAVE_ARRIVED
        after = retry_after(headers.get("Retry-After"), now)
        return TryLater(reason, after=after, uncertain=uncertain, throttled=status == 429)
    meaning = MEANINGS.get(_BY_STATUS.get(status, code))
    known = meaning is not None and meaning.status == status
    # A thread without its first message is not found either, and says nothing of the channel around it.
    closes = meaning is not None and known and meaning.closes and not (threaded and status == 404)
    if status == 404 and verb is Verb.UPDATE and not closes:
        return CardGone(reason)
    return Refused(f"{reason}: {meaning.said}" if meaning and known else reason, code, gone=closes)


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
