"""What was told, to whom and how it ended; and what is still owed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from bot.model.base import Value
from bot.model.teams import Conversation, DeliveryKind


class Ended(StrEnum):
    """How an attempt to tell something ended; `CARD_GONE` is a card that somebody deleted, `TAKEN_BACK` a giving up that
    an operator took back.
    """

    DELIVERED = "delivered"
    GIVEN_UP = "given up"
    CARD_GONE = "card gone"
    TAKEN_BACK = "taken back"


class Telling(Value, frozen=True, kw_only=True):
    """One thing that was told, or not. `text` is what a note said, or why it was given up; `attempts` how many it took.

    `incident` is 0 for what is about none.
    """

    id: int
    incident: int
    conversation_id: str
    at: datetime
    what: DeliveryKind
    ended: Ended
    text: str = ""
    attempts: int = 1


class Pending(Value, frozen=True, kw_only=True):
    """One delivery that waits, or (`dead` says why) was given up. `since` is when it fell due, where that is known.

    `not_before` is when it is tried next; `text` is a note's, or the sentence of a card of its own.
    """

    kind: DeliveryKind
    id: int
    incident: int
    conversation: Conversation
    dead: str = ""
    since: datetime | None = None
    not_before: datetime | None = None
    attempts: int = 0
    posted: bool = False
    text: str = ""

    @property
    def name(self) -> str:
        """What people call it, e.g. c12."""
        return f"{self.kind.value[0]}{self.id}"


class Waiting(Value, frozen=True, kw_only=True):
    """The delivery of a kind that has been due for longest."""

    kind: DeliveryKind
    conversation: Conversation
    since: datetime
    attempts: int


class Backlog(Value, frozen=True, kw_only=True):
    """What waits for one conversation, also where that is closed to the bot: how many, `late` those since before a time,
    since when the oldest, and how often something of it was tried.
    """

    conversation: Conversation
    count: int
    late: int
    since: datetime | None = None
    attempts: int = 0
