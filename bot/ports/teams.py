"""Ports of Teams: what the bot says there, and what it hears."""

from __future__ import annotations

from typing import Protocol

from bot.model import Conversation, Person, Posted, Value
from bot.ports.base import Card


class Messenger(Protocol):
    """Speaks unasked. Every verb raises TryLater, CardGone (update only) or Undeliverable."""

    async def post(self, conversation: Conversation, card: Card, summary: str) -> Posted: ...

    async def update(self, conversation: Conversation, posted: Posted, card: Card, summary: str) -> None: ...

    async def note(self, conversation: Conversation, posted: Posted, text: str) -> None:
        """A short plain text in the card's thread (in a chat: a message)."""
        ...

    async def find(self, conversation: Conversation, marker: str) -> Posted | None:
        """The newest message of the bot whose content holds `marker`; None if there is none.

        Raises CannotLook where reading back is not possible.
        """
        ...


class Line(Value, frozen=True, kw_only=True):
    """What somebody typed to the bot, its mention already taken out."""

    activity_id: str
    conversation: Conversation
    person: Person
    text: str


class Press(Value, frozen=True, kw_only=True):
    """A button that somebody pressed. `verb` and `words` are client-supplied; `card_id` is the card's activity id."""

    activity_id: str
    conversation: Conversation
    person: Person
    verb: str
    words: str
    card_id: str = ""
    automatic: bool = False


class Answer(Value, frozen=True, kw_only=True):
    """What goes back: a card, as a new message or in place of the card whose button was pressed.

    In place it is seen by the one who pressed; `for_all` changes the card for everybody too. An incident's card does
    not need that: the outbox brings it up to date.
    """

    card: Card
    summary: str = ""
    in_place: bool = False
    for_all: bool = False


class Listener(Protocol):
    """What the Teams adapter tells the core; it never raises."""

    async def heard(self, line: Line) -> Answer: ...

    async def pressed(self, press: Press) -> Answer: ...

    async def joined(self, conversation: Conversation, *, installed: bool) -> Answer | None:
        """The bot was added (installed=True) or the conversation's facts (name, service URL) were heard anew."""
        ...

    async def left(self, conversation: Conversation, *, for_good: bool = True) -> None:
        """The bot was removed; or (not for good) the team was archived, which ends when it is heard of again."""
        ...
