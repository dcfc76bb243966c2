"""What a card says is so now: nothing in the present tense that is over, no date that has passed, no row there is not."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from bot.model import Alert, Evidence, Incident, Severity, Sheet, State
from bot.present import incident_card
from cards import sample
from cards.elements import in_a_line
from cards.job import job as job_card
from tests.support.make import NOON, failure, job, quarantine
from tests.support.talk import texts

LATER = NOON + timedelta(days=40)
ALERT = Alert(
    title="Workday is in quarantine", detail="It waits.", severity=Severity.HIGH, job_id="j", job_name="Workday"
)


def incident(evidence: Evidence, **more: object) -> Incident:
    told = {"number": 1, "alert": ALERT, "opened_at": NOON + timedelta(minutes=2), "changed_at": NOON}
    return Incident(**{**told, "evidence": replace(evidence, first_seen=NOON), **more})  # pyright: ignore[reportArgumentType]


def said(shown: Incident, days: float = 1) -> str:
    return " ".join(texts(incident_card(shown, NOON + timedelta(days=days))))


def test_a_card_with_rows_behind_it_says_how_quickly_they_were_seen() -> None:
    rows = Sheet(columns=("a",), rows=(("b",),), home="archive")
    for evidence in (Evidence(count=1, examples=(failure(),)), Evidence(sheet=rows)):
        assert "Seen 2 min after the log row" in said(incident(evidence))


def test_a_card_without_rows_speaks_of_none() -> None:
    for evidence in (Evidence(), Evidence(quarantine=quarantine()), Evidence(facts=(("Paused by", "Ada"),))):
        assert "log row" not in said(incident(evidence))


def test_a_quarantine_that_is_over_is_told_in_the_past_tense() -> None:
    facts = (("Slows down", "1,200 objects in sync"), ("Now", "Out of quarantine; no cycle has succeeded since"))
    lasting = incident(Evidence(quarantine=quarantine(), facts=facts))
    assert "Slows down" in said(lasting)
    told = said(replace(lasting, state=State.RESOLVED, resolved_at=NOON))
    assert "Slowed down 1,200 objects in sync" in told
    for word in ("Slows down", "Out of quarantine", "Switches off", "If not"):
        assert word not in told


def test_of_a_forecast_that_is_over_nothing_is_left_to_be_expected() -> None:
    facts = (("Quarantine at", "5,000 failures"), ("Expected", "20 Nov 14:00 UTC, if it goes on like this"))
    over = incident(Evidence(facts=facts), state=State.RESOLVED, resolved_at=NOON)
    assert "Expected" not in said(over)
    assert "Quarantine at" not in said(over)


def test_the_card_of_a_job_that_was_switched_off_promises_nothing_and_names_no_day_that_has_passed() -> None:
    told = said(incident(Evidence(quarantine=quarantine(switched_off=True))), days=40)
    assert "Nothing comes by itself any more: Entra has switched this job off." in told
    assert "Switched off by Entra, after 28 days of quarantine" in told
    assert "18 Dec" not in told


def test_a_job_that_is_switched_off_says_so_where_it_says_what_comes() -> None:
    off = job(status="Paused", schedule_state="Disabled", quarantine=quarantine())
    told = " ".join(texts(job_card(off, [], [], LATER)))
    assert "What comes Nothing comes by itself any more" in told
    for word in ("of 28", "18 Dec", "tries again"):
        assert word not in told


def test_the_example_of_a_quarantine_speaks_of_no_row() -> None:
    assert "In quarantine" not in in_a_line(incident_card(sample.IN_QUARANTINE, sample.NOW))
    assert "log row" not in said(sample.IN_QUARANTINE)
