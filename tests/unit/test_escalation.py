"""Incidents that nobody takes: who is asked when, and what is said again how often."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.detect import EVERY
from bot.escalation import ROUNDS, Step, due
from bot.incidents import advance
from bot.model import Alert, Finding, Incident, Person, Severity
from bot.model.held import Duty
from bot.reminders import due as reminder_due
from bot.reminders import gaps
from bot.taking import acknowledge
from cards.incident import incident as card
from tests.support.make import ADA, BOB, NOON, evidence
from tests.support.talk import texts

EVE = Person(id="33333333-3333-4333-8333-333333333333", name="Eve")
DUTY = Duty(people=(ADA, BOB), minutes=15, severity=Severity.HIGH)
MINUTE = timedelta(minutes=1)


def incident(severity: Severity = Severity.HIGH, **more: object) -> Incident:
    alert = Alert(title="Trouble", detail="It hurts.", severity=severity, rule="r")
    told = {"number": 1, "alert": alert, "evidence": evidence(), "opened_at": NOON, "changed_at": NOON}
    return Incident(**(told | more))  # pyright: ignore[reportArgumentType]


def go(one: Incident, minutes: float, duty: Duty | None = DUTY) -> tuple[Incident, Step | None]:
    step = due(one, duty, NOON + minutes * MINUTE)
    return (one if step is None else replace(one, waiting=step.waiting)), step


def run(
    one: Incident, minutes: int, duty: Duty | None = DUTY, every: int = 1
) -> tuple[Incident, list[tuple[int, str]]]:
    asked: list[tuple[int, str]] = []
    for minute in range(0, minutes, every):
        one, step = go(one, minute, duty)
        if step is not None and (step.to or step.spent):
            asked.append((minute, step.to.name if step.to else "fallback"))
    return one, asked


def test_the_people_on_call_are_asked_one_after_the_other_three_times_and_then_the_fallback() -> None:
    one, asked = run(incident(), 300)
    names = ["Ada Admin", "Bob Reader"] * ROUNDS
    assert asked == [*((15 * at, name) for at, name in enumerate(names, 1)), (105, "fallback")]
    assert one.waiting is not None
    assert one.waiting.spent


def test_the_card_says_who_is_next_and_when_and_who_was_asked() -> None:
    one, step = go(incident(), 0)
    assert step is not None
    assert step.shown
    said = " ".join(texts(card(one, None, NOON)))
    assert (
        "to Ada Admin at {{DATE(2026-11-20T12:15:00Z,SHORT)}} {{TIME(2026-11-20T12:15:00Z)}} (20 Nov 12:15 UTC)" in said
    )
    one, _ = go(one, 15)
    said = " ".join(texts(card(one, None, NOON)))
    assert "Escalated" in said
    assert "to Bob Reader at" in said
    taken = acknowledge(one, EVE, NOON).incident
    assert "Escalates" not in " ".join(texts(card(taken, None, NOON)))


def test_where_the_people_on_call_change_meanwhile_nobody_is_passed_over() -> None:
    one, asked = run(incident(), 20)
    assert [name for _, name in asked] == ["Ada Admin"]
    names = list[str]()
    for minute in range(20, 300):
        one, step = go(one, minute, replace(DUTY, people=(BOB, EVE)))
        names += [step.to.name] if step is not None and step.to else []
    assert names == ["Bob Reader", "Eve"] * ROUNDS


def test_whoever_takes_it_ends_it_at_once() -> None:
    one, _ = run(incident(), 20)
    taken = acknowledge(one, EVE, NOON).incident
    after, asked = run(taken, 300)
    assert asked == []
    assert after.waiting is None


def test_what_comes_back_is_escalated_anew_from_its_beginning() -> None:
    one, _ = run(incident(), 20)
    finding = Finding(alert=one.alert, evidence=one.evidence)
    looked = {("r", EVERY)}
    (gone,) = advance({one.alert.fingerprint: one}, [], looked, NOON + 21 * MINUTE)
    (back,) = advance({one.alert.fingerprint: gone.incident}, [finding], looked, NOON + 40 * MINUTE)
    assert back.incident.waiting is None
    _, step = go(back.incident, 40)
    assert step is not None
    assert step.to is None


@pytest.mark.parametrize("severity", [Severity.MEDIUM, Severity.LOW])
def test_what_is_less_severe_is_not_escalated(severity: Severity) -> None:
    one, asked = run(incident(severity), 300)
    assert asked == []
    assert one.waiting is not None
    assert one.waiting.next_at is None


def test_without_anybody_on_call_nothing_is_escalated_and_whoever_comes_later_has_their_time() -> None:
    one, asked = run(incident(), 60, None)
    assert asked == []
    one, _ = go(one, 60)
    _, step = go(one, 74)
    assert step is None
    _, step = go(one, 75)
    assert step is not None
    assert step.to == ADA


def test_when_others_are_on_call_the_card_names_them_and_they_are_asked() -> None:
    one, _ = run(incident(), 10)
    one, step = go(one, 11, Duty(people=(EVE,), minutes=15))
    assert one.waiting is not None
    assert step is not None
    assert (one.waiting.next, step.shown) == (EVE, True)
    _, step = go(one, 15, Duty(people=(EVE,), minutes=15))
    assert step is not None
    assert step.to == EVE


def test_after_an_absence_one_person_is_asked_and_not_all_at_once() -> None:
    one, _ = go(incident(), 0)
    one, first = go(one, 600)
    _, second = go(one, 601)
    assert first is not None
    assert first.to == ADA
    assert second is None


@given(st.lists(st.integers(0, 40), max_size=60))
def test_whenever_it_is_looked_at_nobody_is_asked_before_the_one_before_had_their_time(pauses: list[int]) -> None:
    one, minute, asked = incident(), 0, list[int]()
    for pause in pauses:
        minute += pause
        one, step = go(one, minute)
        again = due(one, DUTY, NOON + minute * MINUTE)
        assert again is None, "nothing is due twice"
        if step is not None and (step.to or step.spent):
            asked.append(minute)
    assert all(later - earlier >= 15 for earlier, later in pairwise(asked))
    assert len(asked) <= ROUNDS * 2 + 1


# --- Said again --------------------------------------------------------------------------------------------------------

USUAL = gaps("4h 1d 7d")
HOUR = timedelta(hours=1)


def reminders(schedule: tuple[timedelta, ...], looks: list[datetime]) -> list[datetime]:
    reminded: datetime | None = None
    said: list[datetime] = []
    for now in looks:
        at = reminder_due(NOON, reminded, schedule, now)
        if at is not None:
            reminded = at
            said.append(at)
    return said


def test_it_is_said_again_after_four_hours_then_daily_then_weekly() -> None:
    said = reminders(USUAL, [NOON + at * HOUR for at in range(24 * 30)])
    days = [(at - NOON) / timedelta(days=1) for at in said]
    assert days == pytest.approx([4 / 24, 1, 2, 3, 4, 5, 6, 7, 14, 21, 28])


def test_off_says_nothing_and_one_span_goes_on_for_ever() -> None:
    assert reminders(gaps("off"), [NOON + at * HOUR for at in range(500)]) == []
    assert len(reminders(gaps("2h"), [NOON + at * HOUR for at in range(9)])) == 4


@given(st.lists(st.integers(0, 60 * 24 * 40), max_size=80))
def test_whatever_the_ticks_each_reminder_is_said_once_and_none_before_its_time(minutes: list[int]) -> None:
    looks = [NOON + minute * MINUTE for minute in minutes]
    said = reminders(USUAL, looks)
    assert len(set(said)) == len(said)
    assert said == sorted(said)
    assert all(any(look >= at for look in looks) for at in said)
    if looks:
        # The latest that was due at any time was said, however long the absence before it was.
        last = max(looks)
        every = reminders(USUAL, [NOON + minute * MINUTE for minute in range(0, int((last - NOON) / MINUTE) + 1, 30)])
        assert every[-1:] == said[-1:] or not every


@pytest.mark.parametrize("wrong", ["4", "1d 4h", "4h 4h", "soon", "0h", "1y", "-1h", "99999h"])
def test_a_schedule_that_cannot_be_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="span"):
        gaps(wrong)
