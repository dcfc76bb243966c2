"""Who is on call, said in chat: what waits for them is shown at once, and they may take it without being operators."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.adapters.store import Store
from bot.model import Asked, ConversationKind, Incident, Person, Severity, State, Waiting
from bot.model.held import Duty
from bot.on_call import may_take
from tests.support.make import ADA, BOB, CHANNEL, failing, job, quarantine
from tests.support.talk import Talk, buttons, shown

EVE = Person(id="33333333-3333-4333-8333-333333333333", name="Eve Outside", mri="29:eve")
BOBS = replace(CHANNEL, id="a:bob", kind=ConversationKind.PERSONAL, user_id=BOB.id, team_id="", name="")
WORKDAY = job(quarantine=quarantine(), id="Workday.t.1")
SLACK = job("Slack", id="slack.t.2")


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}", durable=False)
    talk = Talk(store, [WORKDAY, SLACK], readers=[BOB.id])
    await talk.start(failing(3, job_id=SLACK.id))
    await talk.say("help", by=BOB)
    yield talk
    await store.close()


async def incident(talk: Talk, rule: str = "quarantine") -> Incident:
    async with talk.store.look() as tx:
        return next(each for each in await tx.incidents.open() if each.alert.rule == rule)


async def trail(talk: Talk) -> list[tuple[str, str, str]]:
    async with talk.store.look() as tx:
        return [(each.person.name, each.command, each.outcome) for each in await tx.people.trail()]


# --- What oncall shows ---------------------------------------------------------------------------------------------------


async def test_the_answer_says_at_once_what_waits_and_when_it_goes_to_whom(talk: Talk) -> None:
    number = (await incident(talk)).number
    said = shown(await talk.say("oncall me"))
    assert f"#{number} " in said
    assert "Ada Admin, 12:15 UTC" in said
    assert "Nothing waits for somebody on call." not in said
    assert said == shown(await talk.say("oncall"))


async def test_when_others_are_on_call_it_is_theirs_at_once_and_what_is_less_severe_waits_for_nobody(
    talk: Talk,
) -> None:
    await talk.say("oncall me")
    said = shown(await talk.say('oncall "Bob Reader", me --for 2 days'))
    assert "Bob Reader, 12:15 UTC" in said
    low = await incident(talk, "failing_objects")
    assert low.alert.severity not in (Severity.CRITICAL, Severity.HIGH)
    assert f"#{low.number} " not in said
    assert "Nothing waits for somebody on call." in shown(await talk.say("oncall reset"))


async def test_buttons_are_offered_to_those_whom_they_serve(talk: Talk) -> None:
    assert "Put me on call" in buttons(await talk.say("oncall"))
    assert "Put me on call" not in buttons(await talk.say("oncall me"))
    assert set(buttons(await talk.say("oncall", by=BOB))) == {"Open incidents"}, "readers change nothing"
    assert "Put me on call" in buttons(await talk.say("oncall @Bob"))


# --- Who may take it -----------------------------------------------------------------------------------------------------


async def test_a_reader_who_is_on_call_acknowledges_what_goes_to_those_on_call(talk: Talk) -> None:
    number = (await incident(talk)).number
    assert "is for operators" in shown(await talk.say(f"ack {number}", by=BOB))
    said = shown(await talk.say("oncall @Bob"))
    assert "Bob Reader  no operator: may acknowledge what comes, no more" in said
    assert "Bob Reader" in shown(await talk.say(f"ack #{number}", by=BOB))
    async with talk.store.look() as tx:
        taken = await tx.incidents.get(number)
    assert taken is not None
    assert (taken.state, taken.acknowledged_by) == (State.ACKNOWLEDGED, BOB.name)
    assert await trail(talk) == [
        ("Bob Reader", "ack", "done, being on call"),
        ("Ada Admin", "oncall", "done"),
        ("Bob Reader", "ack", "denied"),
    ]


async def test_they_may_do_nothing_else_and_nothing_to_any_other_incident(talk: Talk) -> None:
    number, other = (await incident(talk)).number, (await incident(talk, "failing_objects")).number
    await talk.say("oncall @Bob")
    for line in (
        f"ack {other}",
        "ack 999",
        f"ack {number} {other}",
        f"assign {number} me",
        f"snooze {number} --for 1h --reason x",
        "restart workday",
        "audit",
        "token slack 2027-03-31",
    ):
        assert "is for operators" in shown(await talk.say(line, by=BOB)), line
    assert "changed by operators" in shown(await talk.say("oncall me", by=BOB))
    async with talk.store.look() as tx:
        assert {each.state for each in await tx.incidents.open()} == {State.OPEN}
    assert talk.jobs.done == []


async def test_who_reads_nothing_else_takes_it_on_the_card_in_their_own_chat(talk: Talk) -> None:
    number = (await incident(talk)).number
    theirs = replace(BOBS, id="a:eve", user_id=EVE.id)
    async with talk.store.begin() as tx:
        await tx.wishes.put_on_call(Duty(people=(EVE,)))
    for line in ("jobs", f"ack {number}"):
        said = shown(await talk.say(line, by=EVE, place=theirs))
        assert "not among the readers" in said, "of what was not shown to them, they learn nothing"
    async with talk.store.begin() as tx:
        await tx.conversations.save(theirs)
        await tx.outbox.want_card(number, theirs.id, 1)
    await talk.show(number, theirs)
    assert "Eve Outside" in shown(await talk.press("ack", str(number), by=EVE, place=theirs))
    assert (await trail(talk))[0] == ("Eve Outside", "ack", "done, being on call")
    assert "not among the readers" in shown(await talk.say(f"incident {number}", by=EVE, place=theirs))


async def test_a_button_still_reaches_only_what_stands_in_its_conversation(talk: Talk) -> None:
    number = (await incident(talk)).number
    await talk.say("oncall @Bob")
    elsewhere = replace(CHANNEL, id="19:other@thread.tacv2", name="Other")
    assert f"There is no incident #{number} here" in shown(
        await talk.press("ack", str(number), by=BOB, place=elsewhere)
    )


async def test_when_the_duty_is_over_so_is_the_right(talk: Talk) -> None:
    number = (await incident(talk)).number
    await talk.say("oncall @Bob --for 1h")
    talk.now.forward(hours=1)
    assert "is for operators" in shown(await talk.say(f"ack {number}", by=BOB))


async def test_what_is_over_or_taken_already_says_so_to_operators_alone(talk: Talk) -> None:
    number = (await incident(talk)).number
    await talk.say("oncall @Bob")
    await talk.say(f"ack {number}")
    assert "Ada Admin has incident" in shown(await talk.say(f"ack {number}", by=BOB))


async def test_who_was_asked_may_take_it_when_others_are_on_call_by_now(talk: Talk) -> None:
    asked = Waiting(since=talk.now(), asked=(Asked(person=BOB, at=talk.now()),))
    one = replace(await incident(talk), waiting=asked)
    later = Duty(people=(ADA,), until=talk.now() + timedelta(hours=1))
    assert may_take(replace(BOB, id=BOB.id.upper()), one, later)
    assert may_take(BOB, one, None)
    assert not may_take(EVE, one, later)
    assert not may_take(BOB, replace(one, waiting=None), later)
    assert may_take(EVE, one, Duty(people=(EVE,), severity=Severity.HIGH))
    assert not may_take(EVE, one, Duty(people=(EVE,), severity=Severity.CRITICAL)), "that is not asked of them"
