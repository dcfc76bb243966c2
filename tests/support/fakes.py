"""Ports in memory, kept honest by the contract tests."""

from __future__ import annotations

import json
from itertools import count

import msgspec

from bot.model import Conversation, ConversationKind, Posted
from bot.ports import CannotLook, Card, CardGone, Message, Moved, TryLater, Undeliverable

LARGEST = 40 * 1024


class Said(msgspec.Struct, kw_only=True):
    """One message of the bot: a card with its summary, or a plain text."""

    posted: Posted
    card: Card | None = None
    summary: str = ""
    text: str = ""
    in_thread_of: str = ""


class MemoryMessenger:
    """Port `Receiver`: `said` is what stands in Teams, by the conversation's id, oldest first.

    `fails` are the errors of the next calls; `lost` is how many answers get lost after the work was done. `opened` are
    the chats with people who had none, by the person's id.
    """

    def __init__(self, *, looks: bool = True) -> None:
        self.said: dict[str, list[Said]] = {}
        self.closed: set[str] = set()
        self.fails: list[TryLater | Undeliverable] = []
        self.lost = 0
        self.opened: dict[str, Conversation] = {}
        self.looks, self._numbers = looks, count(1)

    async def post(self, conversation: Conversation, message: Message) -> Posted:
        self._check(conversation, message.card)
        if who := conversation.unopened:
            self.opened.setdefault(who, msgspec.structs.replace(conversation, id=f"a:{who}", user_id=who))
            raise Moved("The chat with this person was opened")
        number = str(next(self._numbers))
        threaded = conversation.kind is ConversationKind.CHANNEL
        thread = f"{conversation.id};messageid={number}" if threaded else conversation.id
        posted = Posted(activity_id=number, thread_id=thread)
        self._here(conversation).append(Said(posted=posted, card=message.card, summary=message.summary))
        self._lose()
        return posted

    async def update(self, conversation: Conversation, posted: Posted, message: Message) -> None:
        self._check(conversation, message.card)
        said = self._find(conversation, posted.activity_id)
        if said is None:
            raise CardGone("Teams answered 404 ActivityNotFoundInConversation")
        said.card, said.summary = message.card, message.summary

    async def note(self, conversation: Conversation, posted: Posted, text: str, message: Message) -> None:
        self._check(conversation)
        number = str(next(self._numbers))
        said = Said(posted=Posted(activity_id=number, thread_id=posted.thread_id), text=text)
        said.in_thread_of = posted.activity_id if ";messageid=" in posted.thread_id else ""
        self._here(conversation).append(said)
        self._lose()

    async def find(self, conversation: Conversation, marker: str) -> Posted | None:
        if not self.looks:
            raise CannotLook("READ_BACK is off, so the bot does not read its channels.")
        holding = [one for one in self._here(conversation) if marker in json.dumps([one.card, one.text])]
        return holding[-1].posted if holding else None

    def delete(self, conversation: Conversation, posted: Posted) -> None:
        """What somebody may do in Teams."""
        here = self._here(conversation)
        here[:] = [one for one in here if one.posted != posted]

    def _here(self, conversation: Conversation) -> list[Said]:
        return self.said.setdefault(conversation.id, [])

    def _find(self, conversation: Conversation, number: str) -> Said | None:
        return next((one for one in self._here(conversation) if one.posted.activity_id == number), None)

    def _check(self, conversation: Conversation, card: Card | None = None) -> None:
        if card is not None and len(json.dumps(card, ensure_ascii=False).encode("utf-16-le")) > LARGEST:
            raise Undeliverable("The card is larger than Teams takes")
        if conversation.id in self.closed:
            raise Undeliverable("Teams answered 403 BotNotInConversationRoster", gone=True)
        if self.fails:
            raise self.fails.pop(0)

    def _lose(self) -> None:
        if self.lost:
            self.lost -= 1
            raise TryLater("The connection to Teams failed", uncertain=True)
