"""An incident's life as people steer it: assign, snooze, wake, incidents, incident, explain, rules."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.adapters.store import Store, settling
from bot.detect import rules
from bot.incidents import Change, Kind
from bot.model import Cause, ConversationKind, Incident, Posted, State
from bot.notify import tell
from bot.snoozes import wake_those_due
from tests.support.make import ADA, BOB, CHANNEL, failing, job, quarantine
from tests.support.talk import Talk, buttons, shown

WORKDAY = job(quarantine=quarantine(), id="Workday.t.1")
SLACK = job("Slack", id="slackOutDelta.t.2")
BOBS = replace(CHANNEL, id="a:bob", kind=ConversationKind.PERSONAL, user_id=BOB.id)


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    talk = Talk(store, [WORKDAY, SLACK])
    await talk.start(failing(3, job_id=SLACK.id))
    yield talk
    await store.close()


async def number(talk: Talk, rule: str) -> int:
    async with talk.store.look() as tx:
        return next(each.number for each in await tx.incidents.open() if each.alert.rule == rule)


async def found(talk: Talk, wanted: int) -> Incident:
    async with talk.store.look() as tx:
        incident = await tx.incidents.get(wanted)
    assert incident is not None
    return incident


async def notes(talk: Talk) -> list[str]:
    async with talk.store.look() as tx:
        return [each.text for each in await tx.outbox.due(talk.now()) if each.text]


# --- assign ------------------------------------------------------------------------------------------------------------


async def test_assign_to_me_takes_the_incident_and_tells_it(talk: Talk) -> None:
    clash = await number(talk, "failing_objects")
    await talk.show(clash)
    answer = await talk.press("assign", f"{clash} me")
    assert "assigned to Ada Admin" in shown(answer)
    assert (await found(talk, clash)).state is State.ACKNOWLEDGED
    assert any("Ada Admin has taken" in each for each in await notes(talk))


async def test_an_incident_is_given_by_name_and_shown_in_that_persons_chat(talk: Talk) -> None:
    clash = await number(talk, "failing_objects")
    assert "know nobody called 'bob'" in shown(await talk.say(f"assign {clash} bob"))
    await talk.say("help", by=BOB, place=BOBS)
    assert "assigned to Bob Reader" in shown(await talk.say(f"assign #{clash} bob reader"))
    assert "has incident" in shown(await talk.say(f"assign {clash} bob"))
    async with talk.store.look() as tx:
        due = await tx.outbox.due(talk.now())
    assert BOBS.id in {each.conversation.id for each in due if each.incident == clash}


async def test_a_reader_may_not_assign_or_snooze(talk: Talk) -> None:
    assert "is for operators" in shown(await talk.say("assign 1 me", by=BOB))
    assert "is for operators" in shown(await talk.say("snooze 1 --for 1h --reason x", by=BOB))


# --- snooze ------------------------------------------------------------------------------------------------------------


async def test_snooze_asks_for_how_long_and_why(talk: Talk) -> None:
    clash = await number(talk, "failing_objects")
    answer = await talk.say(f"snooze {clash}")
    assert buttons(answer)["Snooze"] == ("snooze", str(clash))
    assert "Why" not in shown(await talk.say(f"snooze {clash} --for 4h --reason the vendor is at it"))
    kept = (await found(talk, clash)).snooze
    assert kept is not None
    assert kept.reason == "the vendor is at it"


async def test_what_is_over_cannot_be_snoozed(talk: Talk) -> None:
    clash = await number(talk, "failing_objects")
    await resolve(talk, clash)
    assert "is resolved already" in shown(await talk.say(f"snooze {clash}"))


async def test_a_snooze_has_a_longest_time_by_severity(talk: Talk) -> None:
    quarantined = await number(talk, "quarantine")
    assert "too long" in shown(await talk.say(f"snooze {quarantined} --for 8d --reason weekend"))
    assert "there are cycle, worse, resolved" in shown(
        await talk.say(f"snooze {quarantined} --until monday --reason x")
    )
    await talk.say(f"snooze {quarantined} --until cycle --reason Workday is down at weekends")
    assert (await found(talk, quarantined)).snooze is not None


async def test_while_snoozed_nothing_is_said_and_it_is_listed_with_its_reason(talk: Talk) -> None:
    clash = await number(talk, "failing_objects")
    await talk.show(clash)
    await talk.say(f"snooze {clash} --for 4h --reason known")
    before = await notes(talk)
    incident = await found(talk, clash)
    changed = replace(incident, alert=replace(incident.alert, detail="Another reason."), revision=9)
    async with talk.store.begin() as tx:
        await tell(tx, Change(kind=Kind.CHANGED, incident=changed, before=incident.alert), [CHANNEL])
    assert await notes(talk) == before
    assert "Ada Admin: known" in shown(await talk.say("incidents"))


async def test_the_author_hears_before_a_snooze_ends_and_can_end_it_at_once(talk: Talk) -> None:
    clash = await number(talk, "failing_objects")
    await talk.show(clash)
    await talk.say(f"snooze {clash} --for 4h --reason known")
    talk.now.forward(hours=3, minutes=50)
    async with talk.store.begin() as tx:
        for change in wake_those_due(await tx.incidents.open(), {}, talk.now()):
            await tell(tx, change, [CHANNEL])
    assert any("Ada Admin, your snooze of" in each and "ends in 10 min" in each for each in await notes(talk))
    await talk.say(f"wake {clash}")
    assert (await found(talk, clash)).snooze is None
    assert "is not snoozed" in shown(await talk.say(f"wake {clash}"))


async def test_an_author_who_has_a_chat_with_the_bot_hears_it_there_and_nobody_else_does(talk: Talk) -> None:
    clash = await number(talk, "failing_objects")
    await talk.show(clash)
    adas = replace(CHANNEL, id="a:ada", kind=ConversationKind.PERSONAL, user_id=ADA.id)
    async with talk.store.begin() as tx:
        await tx.conversations.save(adas)
        await tx.conversations.save(BOBS)
    await talk.say(f"snooze {clash} --for 4h --reason known")
    before = await notes(talk)
    talk.now.forward(hours=3, minutes=50)
    async with talk.store.begin() as tx:
        for change in wake_those_due(await tx.incidents.open(), {}, talk.now()):
            await tell(tx, change, [CHANNEL])
        (card,) = [each for each in await tx.outbox.due(talk.now()) if each.conversation.id == adas.id]
        sent = settling.sent_card(card, Posted(activity_id="c", thread_id=adas.id), card.revision, talk.now())
        await settling.save(tx.connection, [sent], talk.now())
        due = await tx.outbox.due(talk.now())
    assert await notes(talk) != before
    (told,) = [each for each in due if "your snooze of" in each.text]
    assert told.conversation == adas


# --- What there is, and what happened -----------------------------------------------------------------------------------


async def test_incidents_are_listed_and_those_that_are_over_with_all(talk: Talk) -> None:
    clash = await number(talk, "failing_objects")
    await resolve(talk, clash)
    assert "Slack" not in shown(await talk.say("incidents"))
    assert "Slack" in shown(await talk.say("incidents --all"))
    assert "takes no further words" in shown(await talk.say("incidents yesterday"))


async def test_an_incident_shows_everything_that_happened_to_it(talk: Talk) -> None:
    quarantined = await number(talk, "quarantine")
    await talk.say(f"ack {quarantined}")
    asked = await talk.say("restart workday")
    await talk.press("confirm", next(words for verb, words in buttons(asked).values() if verb == "confirm"))
    said = shown(await talk.say(f"incident #{quarantined}"))
    assert said.index("restart, portal") < said.index("acknowledged Ada Admin –") < said.rindex("opened")
    assert "There is no incident #77" in shown(await talk.say("incident 77"))
    assert "not the number of an incident" in shown(await talk.say("incident workday"))


async def test_the_next_time_the_card_says_how_it_went_the_last_time(talk: Talk) -> None:
    quarantined = await number(talk, "quarantine")
    asked = await talk.say("restart workday")
    await talk.press("confirm", next(words for verb, words in buttons(asked).values() if verb == "confirm"))
    past = await resolve(talk, quarantined, minutes=90)
    talk.now.forward(days=20)
    again = Incident(number=0, alert=past.alert, evidence=past.evidence, opened_at=talk.now(), changed_at=talk.now())
    async with talk.store.begin() as tx:
        new = await tell(tx, Change(kind=Kind.OPENED, incident=again), [CHANNEL])
    said = shown(await talk.say(f"incident {new.number}"))
    assert f"#{quarantined}, 20 Nov: over after 1 h 30 min, after Ada Admin did this: restart, portal" in said


async def test_the_same_cause_on_another_job_counts_where_this_job_never_had_it(talk: Talk) -> None:
    clash = await number(talk, "failing_objects")
    past = await resolve(talk, clash)
    alert = replace(past.alert, job_id="elsewhere", cause=Cause(code="Conflict"))
    again = Incident(number=0, alert=alert, evidence=past.evidence, opened_at=talk.now(), changed_at=talk.now())
    async with talk.store.begin() as tx:
        new = await tell(tx, Change(kind=Kind.OPENED, incident=again), [])
    assert new.last_time is not None
    assert (new.last_time.number, new.last_time.job_name) == (clash, "Slack")


async def resolve(talk: Talk, wanted: int, minutes: float = 0) -> Incident:
    incident = await found(talk, wanted)
    talk.now.forward(minutes=minutes)
    over = replace(incident, state=State.RESOLVED, resolved_at=talk.now(), changed_at=talk.now())
    async with talk.store.begin() as tx:
        return await tell(tx, Change(kind=Kind.RESOLVED, incident=over), [])


# --- What is held back, and what comes and goes -------------------------------------------------------------------------


async def test_what_is_held_back_gets_no_card_until_it_is_released(talk: Talk) -> None:
    clash = await found(talk, await number(talk, "failing_objects"))
    held = replace(clash, number=0, held_by="quarantine/x/", alert=replace(clash.alert, key="held"))
    async with talk.store.begin() as tx:
        kept = await tell(tx, Change(kind=Kind.OPENED, incident=held), [CHANNEL])
        assert kept.number not in {each.incident for each in await tx.outbox.due(talk.now())}
        await tell(tx, Change(kind=Kind.RELEASED, incident=replace(kept, held_by="", revision=2)), [CHANNEL])
        assert kept.number in {each.incident for each in await tx.outbox.due(talk.now())}


async def test_the_notes_of_a_flapping_incident_stop_after_one_that_says_so(talk: Talk) -> None:
    clash = await found(talk, await number(talk, "failing_objects"))
    await talk.show(clash.number)
    times = (talk.now(),) * 3
    flapping = replace(clash, reopened=3, reopenings=times)
    async with talk.store.begin() as tx:
        await tell(tx, Change(kind=Kind.REOPENED, incident=flapping), [CHANNEL])
        over = replace(flapping, state=State.RESOLVED, resolved_at=talk.now())
        await tell(tx, Change(kind=Kind.RESOLVED, incident=over), [CHANNEL])
        again = replace(flapping, reopened=4, reopenings=(talk.now(),) * 4)
        await tell(tx, Change(kind=Kind.REOPENED, incident=again), [CHANNEL])
    (said,) = await notes(talk)
    assert "It comes and goes, 3 times" in said


# --- explain, rules, rule ------------------------------------------------------------------------------------------------


async def test_explain_says_what_a_code_means_and_who_must_act(talk: Talk) -> None:
    said = shown(await talk.say("explain ContosoEntryConflict"))
    assert "You asked for ContosoEntryConflict" in said
    assert "an administrator" in said
    assert "Entra tries again by itself" in said
    assert "does not know this code" in shown(await talk.say("explain QuantumFlux"))


async def test_rules_are_listed_and_each_is_explained(talk: Talk) -> None:
    said = " ".join([shown(await talk.say(f"rules --page {page}")) for page in (1, 2)])
    assert [each.name for each in rules() if each.text not in said] == []
    one = shown(await talk.say("rule quarantine"))
    assert "is in quarantine" in one
    assert "There is no rule 'quarantin'" in shown(await talk.say("rule quarantin"))
