"""Somebody on call who cannot be reached: the next one's turn comes at once, and nobody is told that they were asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.escalation import ROUNDS, Step, awaited, due
from bot.model import Alert, Asked, Incident, Person, Severity, Waiting
from bot.model.held import Duty
from cards import notes
from cards.asked import unreached
from cards.incident import incident as card
from cards.oncall import Rota, oncall
from tests.support.make import ADA, BOB, NOON, evidence
from tests.support.talk import texts

EVE = Person(id="33333333-3333-4333-8333-333333333333")
DUTY = Duty(people=(ADA, BOB), minutes=15, severity=Severity.HIGH)
MINUTE = timedelta(minutes=1)
GONE = "Teams answered 404 UserNotFound."


def trouble() -> Incident:
    alert = Alert(title="Trouble", detail="It hurts.", severity=Severity.HIGH, rule="r")
    return Incident(number=1, alert=alert, evidence=evidence(), opened_at=NOON, changed_at=NOON)


def waited(one: Incident) -> Waiting:
    assert one.waiting is not None
    return one.waiting


def run(
    minutes: int, missing: Mapping[str, str], duty: Duty = DUTY, *, shut: bool = False
) -> tuple[Incident, list[tuple[int, str]]]:
    """Each minute what is `missing` is found to be so as soon as it was asked, or is known to be `shut` before."""
    one, steps = trouble(), list[tuple[int, str]]()
    for minute in range(minutes):
        last = awaited(one)
        why = "" if shut or last is None else missing.get(last.person.id, "")
        step = due(one, duty, NOON + minute * MINUTE, refused=why, shut=missing if shut else None)
        if step is None:
            continue
        one = replace(one, waiting=step.waiting)
        steps += [(minute, step.to.name if step.to else "fallback")] if step.to or step.spent else []
    return one, steps


def said(one: Incident) -> str:
    return " ".join(texts(card(one, None, NOON)))


def test_who_was_not_reached_is_followed_at_once_and_was_not_asked() -> None:
    one, steps = run(17, {ADA.id: GONE})
    assert steps == [(15, "Ada Admin"), (16, "Bob Reader")]
    assert [each.person for each in waited(one).reached] == [BOB]
    assert [(each.person, each.missed) for each in waited(one).unreached] == [(ADA, GONE)]
    assert "Escalated to Bob Reader at" in said(one)
    assert "Escalates to Bob Reader at" in said(one), "whoever is not there is hardly the next"
    assert "Not reached Ada Admin (Teams answered 404 UserNotFound)" in said(one)


def test_they_are_tried_once_in_each_round_and_the_rounds_end_as_ever() -> None:
    one, steps = run(300, {ADA.id: GONE})
    names = [name for _, name in steps]
    assert names == [*["Ada Admin", "Bob Reader"] * ROUNDS, "fallback"]
    assert steps[-1] == (16 + 15 * ROUNDS + ROUNDS - 1, "fallback"), "Bob has all of his time, and Ada none"
    told = notes.spent(one, waited(one))
    assert told.startswith("Everybody on call who could be reached was asked 3 times, and nobody has taken #1 ")
    assert told.endswith("Could not be reached: Ada Admin (Teams answered 404 UserNotFound).")
    assert "everybody on call who could be reached was asked 3 times, and nobody has taken it" in said(one)


def test_a_chat_that_is_known_to_be_shut_costs_no_turn_of_the_clock() -> None:
    one, steps = run(300, {ADA.id: GONE}, shut=True)
    assert steps == [(15, "Bob Reader"), (30, "Bob Reader"), (45, "Bob Reader"), (60, "fallback")]
    assert sum(each.person == ADA for each in waited(one).asked) == ROUNDS


@pytest.mark.parametrize("shut", [True, False])
def test_where_nobody_can_be_reached_the_fallback_hears_so_at_once(shut: bool) -> None:
    one, steps = run(300, {ADA.id: GONE, EVE.id: GONE}, replace(DUTY, people=(ADA, EVE)), shut=shut)
    assert steps[-1] == (15 if shut else 17, "fallback")
    assert waited(one).reached == ()
    why = "(Teams answered 404 UserNotFound)"
    told = notes.spent(one, waited(one))
    assert told.startswith(f"Nobody on call could be reached: Ada Admin {why}; {EVE.id} {why}. Nobody has taken #1 ")
    assert "nobody on call could be reached, and nobody has taken it" in said(one)
    assert "Escalated" not in said(one)


def test_who_is_reached_in_a_later_round_is_not_out_of_reach_any_more() -> None:
    waiting = Waiting(since=NOON, asked=(Asked(person=ADA, at=NOON, missed=GONE), Asked(person=ADA, at=NOON)))
    assert waiting.unreached == ()
    assert "Not reached" not in said(replace(trouble(), waiting=waiting))
    often = replace(waiting, asked=(*waiting.asked, *(Asked(person=BOB, at=NOON),) * 2), spent=True)
    assert "everybody on call was asked up to 2 times" in said(replace(trouble(), waiting=often))


def test_who_is_put_on_call_instead_is_asked_after_nobody_was_reached() -> None:
    one, _ = run(16, {ADA.id: GONE})
    step = due(one, replace(DUTY, people=(BOB,)), NOON + 16 * MINUTE, refused=GONE)
    assert step is not None
    assert (step.to, [each.person for each in step.missed]) == (BOB, [ADA])


def test_who_is_put_on_call_once_nobody_could_be_reached_is_asked_and_who_was_asked_in_vain_is_not_again() -> None:
    one, _ = run(60, {ADA.id: GONE}, replace(DUTY, people=(ADA,)))
    assert waited(one).spent
    step = due(one, DUTY, NOON + 60 * MINUTE)
    assert step is not None
    assert step.waiting is not None
    assert (step.waiting.spent, step.waiting.next) == (False, BOB)
    begun = replace(one, waiting=step.waiting)
    assert due(begun, DUTY, NOON + 74 * MINUTE) is None
    step = due(begun, DUTY, NOON + 75 * MINUTE)
    assert step is not None
    assert step.to == BOB
    in_vain, _ = run(300, {})
    assert due(in_vain, replace(DUTY, people=(EVE,)), NOON + 300 * MINUTE) is None


class AskedBefore(msgspec.Struct, frozen=True, kw_only=True):
    """As earlier versions stored it."""

    person: Person
    at: datetime


def test_what_an_earlier_version_stored_is_read_as_asked() -> None:
    stored = msgspec.msgpack.encode(AskedBefore(person=ADA, at=NOON))
    assert msgspec.msgpack.decode(stored, type=Asked) == Asked(person=ADA, at=NOON)


def test_of_many_the_first_are_named_with_why_and_the_rest_are_counted() -> None:
    many = [Asked(person=Person(id=f"id-{at}"), at=NOON, missed="x" * 900) for at in range(20)]
    assert unreached(many).startswith("id-0 (xxx")
    assert unreached(many).endswith("; 17 others")
    assert len(unreached(many)) < 400, "as much as a card shows"


def test_oncall_says_who_cannot_be_reached_and_that_nobody_could_be() -> None:
    one, _ = run(300, {ADA.id: GONE, BOB.id: GONE})
    rota = Rota(duty=DUTY, spent=(one,), unreached={ADA.id: GONE})
    told = " ".join(texts(oncall(rota, NOON)))
    assert "1.  Ada Admin cannot be reached: Teams answered 404 UserNotFound 2.  Bob Reader" in told
    assert "nobody on call could be reached" in told


@given(
    st.lists(st.sampled_from([1, 4, 15, 40]), max_size=50),
    st.sets(st.sampled_from([ADA.id, BOB.id, EVE.id])),
    st.booleans(),
)
def test_whoever_is_missing_nobody_is_tried_more_often_than_there_are_rounds(
    pauses: list[int], gone: set[str], shut: bool
) -> None:
    one, minute, duty = trouble(), 0, replace(DUTY, people=(ADA, BOB, EVE))
    missing = dict.fromkeys(gone, GONE)
    steps = list[Step]()
    for pause in pauses:
        minute += pause
        last = awaited(one)
        why = "" if shut or last is None else missing.get(last.person.id, "")
        step = due(one, duty, NOON + minute * MINUTE, refused=why, shut=missing if shut else None)
        if step is not None:
            steps.append(step)
            one = replace(one, waiting=step.waiting)
    turns = [each.person.id for each in one.waiting.asked] if one.waiting else []
    assert all(turns.count(each) <= ROUNDS for each in {ADA.id, BOB.id, EVE.id})
    assert sum(each.spent for each in steps) <= 1
    missed = [each for each in one.waiting.asked if each.missed] if one.waiting else []
    assert [each for step in steps for each in step.missed] == missed, "each is told once"
