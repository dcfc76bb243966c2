"""Three receivers of one incident for the example of who was told: all arrived, closed to the bot, and tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.model import Conversation, DeliveryKind
from bot.model.telling import Ended, Pending, Telling
from bot.who_was_told import Told
from cards import sample

_BEGAN = sample.NOW - timedelta(minutes=12)
_REFUSED = "Teams answered 403 ConversationBlockedByUser: The bot was blocked here"


def _telling(minutes: int, what: DeliveryKind, ended: Ended, said: str = "", attempts: int = 1) -> Telling:
    return Telling(
        id=minutes,
        incident=sample.IN_QUARANTINE.number,
        conversation_id="c",
        at=_BEGAN + timedelta(minutes=minutes),
        what=what,
        ended=ended,
        text=said,
        attempts=attempts,
    )


def _owed(number: int, *, dead: str = "", attempts: int = 0, not_before: datetime | None = None) -> Pending:
    return Pending(
        kind=DeliveryKind.CARD,
        id=number,
        incident=sample.IN_QUARANTINE.number,
        conversation=Conversation(id="19:general@thread.tacv2", tenant_id="t", service_url=""),
        dead=dead,
        since=_BEGAN,
        attempts=attempts,
        not_before=not_before,
    )


def _well() -> Told:
    acknowledged = f"Ada Admin has acknowledged #{sample.IN_QUARANTINE.number}"
    return Told(
        where="General in Identity",
        because="route 1 (every incident)",
        closed="",
        shows=sample.IN_QUARANTINE.revision,
        tellings=(
            _telling(0, DeliveryKind.CARD, Ended.DELIVERED, attempts=2),
            _telling(4, DeliveryKind.NOTE, Ended.DELIVERED, acknowledged),
        ),
        pending=(),
    )


def _closed() -> Told:
    return Told(
        where="Bob Reader's chat",
        because="route 4 (high or worse)",
        closed="The bot was blocked here. It goes on as soon as somebody unblocks it and writes to it.",
        shows=0,
        tellings=(_telling(1, DeliveryKind.CARD, Ended.GIVEN_UP, _REFUSED),),
        pending=(_owed(12, dead=_REFUSED),),
    )


def _waiting() -> Told:
    return Told(
        where="webhook desk",
        because="route S1 (critical)",
        closed="",
        shows=0,
        tellings=(),
        pending=(_owed(13, attempts=5, not_before=sample.NOW + timedelta(minutes=2)),),
    )


RECEIVERS = (_well(), _closed(), _waiting())
