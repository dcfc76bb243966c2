"""What asked somebody on call is refused for good, or merely waits: what the clock makes of it, and what people read."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from bot.calling import Names
from bot.model import Conversation, ConversationKind, Incident, Posted, Waiting
from bot.model.held import Duty
from bot.model.routes import Arranged, OnCall
from bot.ports import Message, TryLater, Undeliverable
from bot.reminders import gaps
from bot.routes import Routes
from bot.timekeeping import Timekeeper
from tests.support.fakes import MemoryMessenger
from tests.support.mailroom import Mailroom, mailroom, place
from tests.support.make import ADA, BOB
from tests.support.talk import Talk, shown

HERE, DESK = place("here"), place("desk")
BOBS = replace(place("Bob Reader", ConversationKind.PERSONAL), id="a:bob", user_id=BOB.id)
EVE, ZOE = "33333333-3333-4333-8333-333333333333", "44444444-4444-4444-8444-444444444444"
GONE = "Teams answered 404 UserNotFound"


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


class Scene:
    """Somebody is on call, an incident is open, and nobody takes it."""

    def __init__(self, room: Mailroom, teams: Choosy, names: dict[str, str]) -> None:
        self.room, self.teams, self.names = room, teams, names
        self.routes = Routes()

        async def ask(who: str) -> str | None:
            return names.get(who)

        self.clock = Timekeeper(
            store=room.store,
            now=room.now,
            wake=lambda: None,
            routes=self.routes,
            names=Names(ask, room.now),
            schedule=gaps("off"),
        )

    async def begins(self, *people: str) -> None:
        oncall = OnCall(people=people, minutes=15)
        self.routes.arranged = Arranged(oncall=oncall, fallback=(DESK.id,), file="routes.toml")
        await self.room.happens("Trouble", HERE)
        await self.passes(minutes=0)
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


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    teams = Choosy()
    async with mailroom(database_url, teams) as room:
        await room.open(HERE)
        async with room.store.begin() as tx:
            for each in (DESK, BOBS):
                await tx.conversations.save(each)
            await tx.people.meet(BOB)
        yield Scene(room, teams, {})


async def test_who_does_not_exist_is_followed_by_the_next_one_at_once(scene: Scene) -> None:
    scene.teams.refuses[EVE] = Undeliverable(GONE)
    await scene.begins(EVE, BOB.id)
    assert scene.notes()[-1].endswith("Somebody on call is asked now.")
    await scene.passes()
    assert await scene.turns() == [(EVE, GONE), (BOB.id, "")]
    assert scene.notes()[-1].endswith(f"Could not be reached: {EVE} ({GONE}). Bob Reader is on call and is asked now.")
    await scene.passes(minutes=14)
    assert len(await scene.turns()) == 2, "Bob has his time"
    told = await scene.says("who was told 1")
    assert f"the chat of {EVE} On call, but could not be reached when it was asked" in told
    assert "Bob Reader's chat On call " in told
    assert f"somebody I have not met yet, {EVE} cannot be reached: {GONE}" in await scene.says("oncall")
    assert f"not reached {EVE} ({GONE})" in await scene.says("incident 1")


async def test_where_nobody_exists_the_fallback_hears_so_within_two_looks_at_the_clock(scene: Scene) -> None:
    scene.names[ZOE] = "Zoe Gone"
    scene.teams.refuses |= {EVE: Undeliverable(GONE), ZOE: Undeliverable("Teams answered 500 UserNotFound")}
    await scene.begins(EVE, ZOE)
    await scene.passes()
    await scene.passes()
    assert (await scene.waiting()).spent
    (told,) = scene.notes(DESK)
    whys = f"{EVE} ({GONE}); Zoe Gone (Teams answered 500 UserNotFound)"
    assert told.startswith(f"Nobody on call could be reached: {whys}. Nobody has taken #1 ")
    for _ in range(5):
        await scene.passes(minutes=20)
    assert len(await scene.turns()) == 2
    undelivered = await scene.says("undelivered")
    assert f"the chat of {EVE}" in undelivered
    assert "Zoe Gone's chat" in undelivered


async def test_a_chat_that_is_closed_to_the_bot_is_passed_over_without_a_wait(scene: Scene) -> None:
    async with scene.room.store.begin() as tx:
        await tx.conversations.close(BOBS.id, "The bot was blocked here.")
    await scene.begins(BOB.id, EVE)
    assert await scene.turns() == [(BOB.id, "The bot was blocked here."), (EVE, "")]
    assert "Could not be reached: Bob Reader (The bot was blocked here). Somebody on call" in scene.notes()[-1]
    async with scene.room.store.begin() as tx:
        await tx.conversations.save(BOBS)
    await scene.room.rest(seconds=5)
    assert len(scene.teams.said[BOBS.id]) >= 1, "the card waited for him"
    await scene.passes(minutes=15)
    assert (await scene.turns())[-1] == (BOB.id, "")


async def test_what_merely_waits_is_no_refusal(scene: Scene) -> None:
    scene.teams.refuses[BOB.id] = TryLater("Teams answered 429", after=60.0, throttled=True)
    await scene.begins(BOB.id, EVE)
    await scene.passes(minutes=14)
    assert await scene.turns() == [(BOB.id, "")]
    await scene.passes(minutes=2)
    assert await scene.turns() == [(BOB.id, ""), (EVE, "")]


async def test_who_heard_of_it_and_shuts_the_chat_then_was_asked_all_the_same(scene: Scene) -> None:
    await scene.begins(BOB.id, EVE)
    async with scene.room.store.begin() as tx:
        await tx.conversations.close(BOBS.id, "The bot was blocked here.")
    await scene.passes(minutes=5)
    assert await scene.turns() == [(BOB.id, "")]


async def test_who_could_not_be_reached_is_tried_again_in_the_next_round(scene: Scene) -> None:
    scene.teams.refuses[EVE] = Undeliverable(GONE)
    await scene.begins(EVE, BOB.id)
    await scene.passes()
    scene.teams.refuses.clear()
    await scene.passes(minutes=16)
    assert scene.notes()[-1].endswith("Somebody on call is tried again now.")
    await scene.passes(minutes=5)
    assert await scene.turns() == [(EVE, GONE), (BOB.id, ""), (EVE, "")]
    assert (await scene.waiting()).unreached == ()


async def test_who_is_known_to_the_directory_alone_is_called_by_that_name_wherever_their_chat_is_told_of(
    scene: Scene,
) -> None:
    scene.names[EVE] = "Eve Outside"
    await scene.begins(EVE)
    assert "Eve Outside's chat" in await scene.says("who was told 1")
    async with scene.room.store.look() as tx:
        known = (await tx.conversations.all()).values()
    assert [each.name for each in known if each.user_id == EVE] == ["Eve Outside"]


async def test_others_who_are_on_call_by_chat_are_told_of_in_the_same_way(scene: Scene) -> None:
    async with scene.room.store.begin() as tx:
        await tx.wishes.put_on_call(Duty(people=(BOB, ADA)))
        await tx.conversations.close(BOBS.id, "The bot was blocked here.")
    assert "Bob Reader cannot be reached: The bot was blocked here" in (await scene.says("oncall"))
