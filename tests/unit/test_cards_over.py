"""What is over is told in the past tense, by how many it hit at its worst."""

import json
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.causes import KNOWLEDGE
from bot.detect import detect, detect_tenant
from bot.model import Evidence, Incident, State, Window
from cards import sample
from cards.incident import incident as draw
from cards.notes import resolved, summary
from cards.over import hit as over_hit
from cards.over import past, resolution, title
from cards.timeline import timeline
from tests.support.make import failure
from tests.support.talk import texts
from tests.support.troubles import TROUBLES

SHORT = sorted({each["short"] for each in json.loads(KNOWLEDGE.read_bytes())["errors"] if each.get("short")})
OF_OTHERS = {"config_changed", "azure_alert"}
"""These tell what somebody did, and what somebody called a rule of his own."""
ALREADY = {"did", "broke", "failed", "got", "stopped", "had", "was", "changed", "than"}
"""Words of titles that speak of the past, or of no time at all."""

OVER = replace(sample.ADDRESSES_CLASH, state=State.RESOLVED, resolved_at=sample.NOW, peak=40)


@pytest.mark.parametrize("text", SHORT)
def test_every_short_meaning_has_a_past_tense(text: str) -> None:
    assert past(text) != text or ALREADY & set(text.split()), text


@pytest.mark.parametrize("rule", sorted(TROUBLES.keys() - OF_OTHERS))
def test_every_title_of_a_rule_has_a_past_tense(rule: str) -> None:
    seen = TROUBLES[rule]()
    found = (detect(seen) if isinstance(seen, Window) else detect_tenant(seen))[0]
    for alert in (each.alert for each in found if each.alert.rule == rule):
        codes = alert.cause is not None and alert.title.endswith(alert.cause.code)
        assert past(alert.title, alert.job_name) != alert.title or codes or ALREADY & set(alert.title.split()), (
            alert.title
        )


def test_the_jobs_name_stays_as_it_is() -> None:
    assert past("What is new is in quarantine", "What is new") == "What is new was in quarantine"
    assert past("The saved credentials of This is it are refused", "This is it").endswith("This is it were refused")
    assert past("Slack: no licence is left (X)", "Slack") == "Slack: no licence was left (X)"


def test_a_card_that_is_over_says_so_with_the_most_that_failed() -> None:
    few = replace(OVER, evidence=replace(OVER.evidence, count=1))
    said = " ".join(texts(draw(few, sample.CLASH_ADVICE, sample.NOW)))
    assert "40 users failed, all are well now" in said
    assert "40 users:" in said
    assert sample.CLASH_ADVICE.meaning not in said


def test_a_history_says_of_what_is_over_just_what_its_card_says() -> None:
    few = replace(OVER, acknowledged_by="Ada Admin", evidence=replace(OVER.evidence, count=len(sample.PEOPLE)))
    said = " ".join(texts(told := timeline(few, sample.CLASH_ADVICE, [], sample.NOW)))
    card = " ".join(texts(draw(few, sample.CLASH_ADVICE, sample.NOW)))
    assert over_hit(few)[0] == "Had failed"
    for each in (*over_hit(few), resolution(few)):
        assert each in said
        assert each in card
    assert resolution(few) in told["fallbackText"]
    for gone in ("Failing", "Has it", "Who acts"):
        assert gone not in said
    assert f"Told while open {few.alert.detail}" in said


def test_a_history_of_what_is_open_is_in_the_present() -> None:
    said = " ".join(texts(timeline(sample.ADDRESSES_CLASH, sample.CLASH_ADVICE, [], sample.NOW)))
    assert "Failing 3 users: " in said
    assert "Has it" in said
    assert "Had" not in said
    assert "Told while open" not in said


def test_what_was_skipped_did_not_fail_and_a_deleted_job_ends_it_otherwise() -> None:
    skipped = replace(OVER, alert=replace(OVER.alert, rule="hidden_losses"))
    assert "40 users came over incomplete or not at all, all are well now" in resolution(skipped)
    assert resolution(replace(OVER, ended="the job no longer exists")).startswith("The job no longer exists; ")


def test_notes_and_notifications_of_what_is_over_are_in_the_past_tense() -> None:
    ended = replace(sample.IN_QUARANTINE, state=State.RESOLVED, resolved_at=sample.NOW + timedelta(hours=1))
    assert "was in quarantine" in title(ended)
    assert "was in quarantine" in summary(ended)
    assert "was in quarantine" in resolved(ended)
    assert "is in quarantine" in summary(sample.IN_QUARANTINE)


def test_an_incident_of_before_the_counting_shows_its_last_count() -> None:
    old: Incident = replace(OVER, peak=0, evidence=Evidence(count=3, examples=(failure(),)))
    assert "3 users failed" in resolution(old)
