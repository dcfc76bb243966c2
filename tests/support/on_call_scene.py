"""Somebody is on call, an incident is open, nobody takes it, and Teams takes nothing for some people."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from msgspec.structs import replace

from bot.calling import Names
from bot.model import Conversation, ConversationKind, Incident, Posted, Waiting
from bot.model.routes import Arranged, OnCall
from bot.ports import Message, TryLater, Undeliverable
from bot.reminders import gaps
from bot.routes import Routes
from bot.timekeeping import Timekeeper
from tests.support.fakes import MemoryMessenger
from tests.support.mailroom import Mailroom, mailroom, place
from tests.support.make import BOB
from tests.support.talk import Talk, shown

HERE, DESK = place("here"), place("desk")
BOBS = replace(place("Bob Reader", ConversationKind.PERSONAL), id="a:bob", user_id=BOB.id)
EVE, ZOE = "33333333-3333-4333-8333-333333333333", "44444444-4444-4444-8444-444444444444"


class Choosy(MemoryMessenger):
    """Refuses what is for some people, each with an error of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.refuses: dict[str, TryLater | Undeliverable] = {}

    async def post(self, conversation: Conversation, message: Message) -> Posted:
        self._refuse(conversation)
        return await super().post(conversation, message)

    async def note(self, conversation: Conversation, posted: Posted, text: str, message: Message) -> None:
        self._refuse(conversation)
        await super().note(conversation, posted, text, message)

    def _refuse(self, conversation: Conversation) -> None:
        if (error := self.refuses.get(conversation.user_id)) is not None:
            raise error


class OnCallScene:
    """Somebody is on call, an incident is open, and nobody takes it."""

    def __init__(self, room: Mailroom, teams: Choosy, names: dict[str, str | None]) -> None:
        self.room, self.teams, self.names = room, teams, names
        self.routes = Routes()

        async def ask(who: str) -> str | None:
            return names.get(who, "")

        self.routes.names = Names(ask, room.now)
        self.clock = Timekeeper(
            store=room.store,
            now=room.now,
            wake=lambda: None,
            routes=self.routes,
            schedule=gaps("off"),
        )

    async def begins_to_wait(self, *people: str) -> None:
        oncall = OnCall(people=people, minutes=15)
        self.routes.arranged = Arranged(oncall=oncall, fallback=(DESK.id,), file="routes.toml")
        await self.room.happens("Trouble", HERE)
        await self.passes(minutes=0)

    async def begins(self, *people: str) -> None:
        await self.begins_to_wait(*people)
        await self.passes(minutes=15)

    async def passes(self, *, minutes: float = 0) -> None:
        """Time, a look at the clock, and what is to be sent."""
        await self.room.rest(minutes=minutes, step=60)
        await self.clock.tick()
        await self.room.rest(seconds=3)

    async def incident(self) -> Incident:
        async with self.room.store.look() as tx:
            (found,) = await tx.incidents.open()
        return found

    async def waiting(self) -> Waiting:
        found = (await self.incident()).waiting
        assert found is not None
        return found

    async def turns(self) -> list[tuple[str, str]]:
        return [(each.person.id, each.missed) for each in (await self.waiting()).asked]

    def notes(self, at: Conversation = HERE) -> list[str]:
        return [each.text for each in self.teams.said.get(at.id, []) if each.text]

    async def says(self, line: str) -> str:
        return shown(await Talk(self.room.store, [], now=self.room.now, routes=self.routes).say(line))


@asynccontextmanager
async def nobody_takes_it(database_url: str) -> AsyncGenerator[OnCallScene]:
    """Nothing is open yet; Bob has written to the bot."""
    teams = Choosy()
    async with mailroom(database_url, teams) as room:
        await room.open(HERE)
        async with room.store.begin() as tx:
            for each in (DESK, BOBS):
                await tx.conversations.save(each)
            await tx.people.meet(BOB)
        yield OnCallScene(room, teams, {})
