"""Teams in memory, with people in it: they type, press buttons and read cards, and no node or browser is needed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from sandbox import as_teams
from sandbox.memory_cards import Shown, attached, find_button, inputs_of
from sandbox.memory_connector import MemoryConnector
from sandbox.teams import CARD_TYPE, Admin, Json, Reply, base, general, is_channel, json_object, thread
from sandbox.tenant import Tenant


class Entrance(Protocol):
    """What people need of the front door."""

    def address(self, conversation: str) -> str: ...

    async def deliver(self, activity: Json) -> Reply: ...


T = TypeVar("T")


class MemoryTeams(MemoryConnector):
    """Channels, chats and the people of `tenant.admins`; the first of them where nobody is named."""

    def __init__(self, tenant: Tenant, *, limits: bool = False) -> None:
        super().__init__(tenant, limits=limits)
        self._door: Entrance | None = None
        self._news = asyncio.Event()

    def through(self, door: Entrance) -> None:
        """Name the door that people speak through."""
        self._door = door

    async def say(self, text: str, person: Admin | None = None, conversation: str = "") -> Reply:
        """Type a line, in General where no conversation is named (`…;messageid=ROOT` answers in a thread).

        Gives back the bot's HTTP answer; what the bot says is among `cards` and `texts`.
        """
        who, where = person or self.tenant.admins[0], conversation or general(self.tenant)
        kept = self.add(where, who["id"], {}, thread(where))
        if is_channel(where):
            where = f"{base(where)};messageid={kept.root or kept.id}"
        kept.activity = as_teams.message(text, where, who, self.tenant, self._entrance.address(where))
        return await self._entrance.deliver(kept.activity)

    async def press(
        self, card: Shown, button: str, person: Admin | None = None, inputs: Mapping[str, str] | None = None
    ) -> Reply:
        """Press a button by its title or verb. The answer's card, if it is one, replaces the card for this person."""
        who = person or self.tenant.admins[0]
        action = find_button(card, button)
        data = {**inputs_of(card.card), **json_object(action.get("data")), **(inputs or {})}
        where = f"{card.conversation};messageid={card.thread or card.id}" if is_channel(card.conversation) else ""
        where = where or card.conversation
        address = self._entrance.address(where)
        sent = as_teams.press({**action, "data": data}, card.id, where, who, self.tenant, address)
        reply = await self._entrance.deliver(sent)
        kept = self.find(card.conversation, card.id)
        answer = json_object(reply.body)
        if kept is not None and answer.get("type") == CARD_TYPE:
            kept.views[who["id"]] = json_object(answer.get("value"))
            self.changed()
        return reply

    def cards(self, conversation: str = "", person: Admin | None = None) -> list[Shown]:
        """The bot's cards in a conversation (General where none is named), oldest first, as this person sees them."""
        who = (person or self.tenant.admins[0])["id"]
        where = base(conversation or general(self.tenant))
        mine = [one for one in self.messages if one.conversation == where and not one.sender]
        return [
            Shown(
                id=one.id,
                conversation=one.conversation,
                thread=one.root,
                card=one.views.get(who, card),
                summary=str(one.activity.get("summary") or ""),
            )
            for one in mine
            for card in attached(one.activity)
        ]

    def texts(self, conversation: str = "") -> list[str]:
        """The bot's plain messages in a conversation, oldest first."""
        where = base(conversation or general(self.tenant))
        mine = [one for one in self.messages if one.conversation == where and not one.sender]
        return [str(one.activity["text"]) for one in mine if one.activity.get("text")]

    async def until(self, seen: Callable[[], T], seconds: float = 10) -> T:
        """Wait until `seen()` is true of what stands in Teams, and give it back; looks again at every change."""
        async with asyncio.timeout(seconds):
            while not (found := seen()):
                await self._news.wait()
        return found

    def changed(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    @property
    def _entrance(self) -> Entrance:
        if self._door is None:
            raise RuntimeError("Call through(door) first: people speak to the bot through the front door.")
        return self._door
