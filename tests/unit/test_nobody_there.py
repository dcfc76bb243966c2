"""What asked somebody on call is refused for good, or merely waits: what the clock makes of it, and what people read."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.model.held import Duty
from bot.on_call import NOBODY
from bot.ports import TryLater, Undeliverable
from tests.support.make import ADA, BOB
from tests.support.on_call_scene import BOBS, DESK, EVE, ZOE, OnCallScene, nobody_takes_it

GONE = "Teams answered 404 UserNotFound"


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[OnCallScene]:
    async with nobody_takes_it(database_url) as scene:
        yield scene


async def test_who_does_not_exist_is_followed_by_the_next_one_at_once(scene: OnCallScene) -> None:
    scene.teams.refuses[EVE] = Undeliverable(GONE)
    await scene.begins(EVE, BOB.id)
    assert scene.notes()[-1].endswith("Somebody on call is asked now.")
    await scene.passes()
    assert await scene.turns() == [(EVE, GONE), (BOB.id, "")]
    assert scene.notes()[-1].endswith(f"Could not be reached: {EVE} ({GONE}). Bob Reader is on call and is asked now.")
    await scene.passes(minutes=14)
    assert len(await scene.turns()) == 2, "Bob has his time"
    told = await scene.says("who was told 1")
    assert f"the chat of {EVE} On call, but could not be reached when it was their turn" in told
    assert "Bob Reader's chat On call " in told
    assert f"somebody I have not met yet, {EVE} cannot be reached: {GONE}" in await scene.says("oncall")
    assert f"not reached {EVE} ({GONE})" in await scene.says("incident 1")


async def test_who_is_not_in_the_directory_is_passed_over_and_nothing_ever_says_that_they_are_asked(
    scene: OnCallScene,
) -> None:
    scene.names |= {EVE: None, ZOE: "Zoe Outside"}
    scene.teams.refuses[EVE] = Undeliverable(GONE)
    await scene.begins(EVE, ZOE)
    assert await scene.turns() == [(EVE, NOBODY), (ZOE, "")]
    await scene.passes()
    (note,) = scene.notes()
    assert note.endswith(f"Could not be reached: {EVE} ({NOBODY}). Zoe Outside is on call and is asked now.")
    assert "somebody on call" not in f"{await scene.says('incident 1')} {await scene.says('who was told 1')}".lower()


async def test_oncall_calls_people_as_the_notes_do_and_knows_who_is_not_there_before_their_turn(
    scene: OnCallScene,
) -> None:
    scene.names |= {EVE: None, ZOE: "Zoe Outside"}
    await scene.begins_to_wait(EVE, ZOE)
    told = await scene.says("oncall")
    assert f"1.  {EVE} cannot be reached: {NOBODY} 2.  Zoe Outside  no operator" in told
    assert "Zoe Outside, 12:" in told, "and is the next"
    scene.names[EVE] = "Eve Outside"
    scene.room.now.forward(hours=1)
    assert "1.  Eve Outside  no operator" in await scene.says("oncall"), "made later, and found within the hour"


async def test_a_timeline_says_of_nobody_that_they_were_asked_before_that_is_known(scene: OnCallScene) -> None:
    scene.names[EVE] = "Eve Outside"
    scene.teams.refuses[EVE] = Undeliverable(GONE)
    await scene.begins(EVE, BOB.id)
    await scene.passes()
    told = await scene.says("incident 1")
    assert "escalated it is the turn of Eve Outside" in told
    assert f"not reached Eve Outside ({GONE})" in told


async def test_where_nobody_exists_the_fallback_hears_so_within_two_looks_at_the_clock(scene: OnCallScene) -> None:
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


async def test_a_chat_that_is_closed_to_the_bot_is_passed_over_without_a_wait(scene: OnCallScene) -> None:
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


async def test_what_merely_waits_is_no_refusal(scene: OnCallScene) -> None:
    scene.teams.refuses[BOB.id] = TryLater("Teams answered 429", after=60.0, throttled=True)
    await scene.begins(BOB.id, EVE)
    await scene.passes(minutes=14)
    assert await scene.turns() == [(BOB.id, "")]
    await scene.passes(minutes=2)
    assert await scene.turns() == [(BOB.id, ""), (EVE, "")]


async def test_who_heard_of_it_and_shuts_the_chat_then_was_asked_all_the_same(scene: OnCallScene) -> None:
    await scene.begins(BOB.id, EVE)
    async with scene.room.store.begin() as tx:
        await tx.conversations.close(BOBS.id, "The bot was blocked here.")
    await scene.passes(minutes=5)
    assert await scene.turns() == [(BOB.id, "")]


async def test_who_could_not_be_reached_is_tried_again_in_the_next_round(scene: OnCallScene) -> None:
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
    scene: OnCallScene,
) -> None:
    scene.names[EVE] = "Eve Outside"
    await scene.begins(EVE)
    assert "Eve Outside's chat" in await scene.says("who was told 1")
    async with scene.room.store.look() as tx:
        known = (await tx.conversations.all()).values()
    assert [each.name for each in known if each.user_id == EVE] == ["Eve Outside"]


async def test_others_who_are_on_call_by_chat_are_told_of_in_the_same_way(scene: OnCallScene) -> None:
    async with scene.room.store.begin() as tx:
        await tx.wishes.put_on_call(Duty(people=(BOB, ADA)))
        await tx.conversations.close(BOBS.id, "The bot was blocked here.")
    assert "Bob Reader cannot be reached: The bot was blocked here" in (await scene.says("oncall"))
