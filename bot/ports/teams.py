"""Ports of Teams: what the bot says there, and what it hears."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.model import Conversation, Incident, Person, Posted, Value
from bot.ports.base import Card


class Message(Value, frozen=True, kw_only=True):
    """What is sent: a bare Adaptive Card, and one plain sentence for the notification.

    `key` names the message, the same at every retry; `marker` stands in it and in no other. `incident` is None for
    digests and reports. `mention` is somebody whom the note that goes with it calls by name.
    `repeated`: it may have arrived before, and may have said something else then.
    """

    card: Card
    summary: str
    key: str = ""
    marker: str = ""
    incident: Incident | None = None
    mention: Person | None = None
    repeated: bool = False


class Receiver(Protocol):
    """Is told things unasked. Every verb raises TryLater, CardGone (update only) or Undeliverable."""

    @property
    def looks(self) -> bool:
        """Whether a post whose answer was lost does no harm: `find` sees it, or who receives it knows it again by its key.

        Otherwise no more than one is ever under way.
        """
        ...

    async def post(self, conversation: Conversation, message: Message) -> Posted: ...

    async def update(self, conversation: Conversation, posted: Posted, message: Message) -> None: ...

    async def note(self, conversation: Conversation, posted: Posted, text: str, message: Message) -> None:
        """A short plain text in the thread of a card (in a chat: a message); `message` is how that card stands now.

        Raises NotTaken where notes have no place.
        """
        ...

    async def find(self, conversation: Conversation, marker: str) -> Posted | None:
        """The newest message of the bot whose content holds `marker`; None if there is none.

        Raises CannotLook where reading back is not possible.
        """
        ...


Naming = Callable[[Conversation], Awaitable[Conversation]]
"""Gives a channel back with its name and its team's, as far as it lacks them. Raises TryLater or Undeliverable."""


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
