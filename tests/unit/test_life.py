"""What becomes of an incident between its opening and its end: held back, given, snoozed, flapping."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.detect import EVERY, Subject
from bot.incidents import FLAPS, Change, Kind, advance, returns
from bot.inhibition import SWITCHED_OFF, inhibit
from bot.model import Alert, Cause, Evidence, Execution, Finding, Incident, Severity, Snooze, SnoozeEnd, State
from bot.snoozes import snooze, wake_those_due
from bot.taking import assign
from tests.support.make import ADA, BOB, NOON, job

SOON = timedelta(minutes=10)


def finding(rule: str, *, job_id: str = "j", key: str = "", count: int = 0, **more: object) -> Finding:
    told = {"title": f"Job: {rule} {key}".strip(), "detail": "It hurts.", "severity": Severity.HIGH, "job_name": "Job"}
    alert = Alert(rule=rule, job_id=job_id, key=key, **(told | more))  # pyright: ignore[reportArgumentType]
    return Finding(alert=alert, evidence=Evidence(count=count))


QUARANTINE = finding("quarantine")
CLASH = finding("failing_objects", key="conflict", count=3)
ALL: set[Subject] = {(rule, EVERY) for rule in ("quarantine", "failing_objects", "logs_late", "source_failing")}


def step(known: list[Incident], *found: Finding, looked: set[Subject] = ALL, hours: float = 0) -> list[Change]:
    by_fingerprint = {each.alert.fingerprint: each for each in known}
    return list(advance(by_fingerprint, found, looked, NOON + timedelta(hours=hours)))


def opened(*found: Finding) -> list[Incident]:
    changes = step([], *found)
    return [replace(change.incident, number=at) for at, change in enumerate(changes, 1)]


# --- What explains what ------------------------------------------------------------------------------------------------


def test_a_quarantine_holds_back_the_failing_objects_of_its_job_and_names_them() -> None:
    quarantine, clash, elsewhere = inhibit([QUARANTINE, CLASH, finding("failing_objects", job_id="other")])
    assert clash.held_by == quarantine.alert.fingerprint
    assert quarantine.evidence.held == ("failing_objects conflict (3)",)
    assert (quarantine.held_by, elsewhere.held_by) == ("", "")


def test_a_dead_source_holds_back_what_depends_on_it_on_every_job() -> None:
    gone = finding("source_failing", job_id="", key="jobs")
    dead, *held, other = inhibit([gone, finding("job_silent"), finding("job_silent", job_id="k"), finding("logs_late")])
    assert [each.held_by for each in held] == [dead.alert.fingerprint] * 2
    assert other.held_by == ""


def test_what_a_rule_in_kql_sees_in_the_log_is_held_back_by_the_rule_that_knows_the_objects() -> None:
    clash, *held, elsewhere = inhibit(
        [CLASH, finding("cloud_sync_errors"), finding("provisioning_failures", job_id="k")]
    )
    assert [each.held_by for each in held] == [clash.alert.fingerprint]
    assert elsewhere.held_by == ""


def test_a_quarantine_that_cannot_be_looked_at_goes_on_holding_back() -> None:
    known = opened(QUARANTINE, CLASH)
    log_only: set[Subject] = {("failing_objects", EVERY)}
    assert step(known, CLASH, looked=log_only) == []


def test_what_was_held_back_is_released_when_its_explanation_is_gone() -> None:
    known = opened(QUARANTINE, CLASH)
    released, resolved = step(known, CLASH)
    assert (released.kind, released.incident.held_by) == (Kind.RELEASED, "")
    assert (resolved.kind, resolved.incident.alert.rule) == (Kind.RESOLVED, "quarantine")


@given(st.permutations([QUARANTINE, CLASH, *(finding("failing_objects", key=str(n), count=n) for n in range(9))]))
def test_the_order_of_findings_changes_nothing(found: list[Finding]) -> None:
    by_fingerprint = {each.alert.fingerprint: each for each in inhibit(found)}
    assert by_fingerprint[QUARANTINE.alert.fingerprint].evidence.held == (
        *(f"failing_objects {n} ({n})" for n in (8, 7, 6, 5, 4)),
        "5 more",
    )
    assert sum(bool(each.held_by) for each in by_fingerprint.values()) == 10


# --- Coming and going --------------------------------------------------------------------------------------------------


def come_and_go(times: int, gap: float = 1) -> Incident:
    (incident,) = opened(CLASH)
    for at in range(times):
        (gone,) = step([incident], hours=gap * (at + 0.5))
        (back,) = step([gone.incident], CLASH, hours=gap * (at + 1))
        assert back.kind is Kind.REOPENED
        incident = back.incident
    return incident


def test_an_incident_that_comes_back_often_flaps_until_it_was_steady_for_a_day() -> None:
    incident = come_and_go(FLAPS + 3)
    assert incident.reopened == FLAPS + 3
    assert returns(incident, NOON + timedelta(hours=FLAPS + 3)) > FLAPS
    assert returns(incident, NOON + timedelta(days=3)) == 0


def test_one_that_comes_back_every_day_does_not_flap() -> None:
    assert returns(come_and_go(4, gap=23), NOON + timedelta(hours=92)) < FLAPS


def test_who_had_a_flapping_incident_keeps_it_and_who_had_another_is_asked_anew() -> None:
    (calm,) = opened(CLASH)
    taken = assign(calm, ADA, ADA, NOON).incident
    (gone,) = step([taken])
    (back,) = step([gone.incident], CLASH, hours=1)
    assert (back.incident.state, back.incident.assigned_to) == (State.OPEN, None)

    (gone,) = step([assign(come_and_go(FLAPS), ADA, ADA, NOON).incident], hours=4)
    (back,) = step([gone.incident], CLASH, hours=5)
    assert (back.incident.state, back.incident.assigned_to) == (State.ACKNOWLEDGED, ADA)


# --- Giving ------------------------------------------------------------------------------------------------------------


def test_who_takes_an_incident_has_acknowledged_it_and_who_is_given_one_has_not() -> None:
    (incident,) = opened(CLASH)
    assert assign(incident, ADA, ADA, NOON).incident.acknowledged_by == "Ada Admin"
    given_ = assign(incident, BOB, ADA, NOON).incident
    assert (given_.state, given_.assigned_to, given_.assigned_by) == (State.OPEN, BOB, "Ada Admin")


# --- Silence -----------------------------------------------------------------------------------------------------------


def snoozed(hours: float = 4, ends: SnoozeEnd | None = None) -> Incident:
    (incident,) = opened(CLASH)
    wanted = Snooze(by=ADA, reason="known", began=NOON, until=NOON + timedelta(hours=hours), ends=ends)
    return snooze(incident, wanted, job(id="j", last=Execution(activity_id="c1", ended=NOON)), NOON).incident


def after(incident: Incident, hours: float, **last: object) -> list[Change]:
    told = {"activity_id": "c1", "ended": NOON} | last
    jobs = {"j": job(id="j", last=Execution(**told))}  # pyright: ignore[reportArgumentType]
    return list(wake_those_due([incident], jobs, NOON + timedelta(hours=hours)))


def test_a_snooze_is_announced_once_before_it_ends_and_then_ends() -> None:
    incident = snoozed()
    assert after(incident, 3) == []
    (soon,) = after(incident, 3.8)
    assert soon.kind is Kind.WAKES_SOON
    assert after(soon.incident, 3.9) == []
    (woken,) = after(soon.incident, 4)
    assert (woken.kind, woken.incident.snooze) == (Kind.WOKEN, None)


@pytest.mark.parametrize(
    ("last", "kinds"),
    [
        ({}, []),
        ({"activity_id": "c2", "ended": None}, []),
        ({"activity_id": "c2"}, [Kind.WOKEN]),
    ],
)
def test_a_snooze_until_the_next_cycle_ends_when_that_has_ended(last: dict[str, object], kinds: list[Kind]) -> None:
    assert [change.kind for change in after(snoozed(ends=SnoozeEnd.CYCLE), 1, **last)] == kinds


def test_a_snooze_until_it_gets_worse_ends_when_more_objects_fail() -> None:
    incident = snoozed(ends=SnoozeEnd.WORSE)
    assert after(replace(incident, evidence=Evidence(count=3)), 1) == []
    (woken,) = after(replace(incident, evidence=Evidence(count=4)), 1)
    assert woken.kind is Kind.WOKEN


def test_a_worse_severity_ends_a_snooze_and_is_told() -> None:
    incident = snoozed()
    (change,) = step([incident], finding("failing_objects", key="conflict", count=9, severity=Severity.CRITICAL))
    assert (change.kind, change.incident.snooze) == (Kind.CHANGED, None)


def test_a_snooze_outlives_a_return_but_not_its_own_time() -> None:
    (gone,) = step([snoozed()], hours=1)
    (early,) = step([gone.incident], CLASH, hours=2)
    (late,) = step([gone.incident], CLASH, hours=5)
    assert early.incident.snooze is not None
    assert late.incident.snooze is None


# --- One card for one trouble ------------------------------------------------------------------------------------------


def of_one_cause(stuck: int, failing: int) -> list[Finding]:
    cause = Cause(code="Conflict")
    return [
        finding("stuck_object", key="conflict", count=stuck, cause=cause),
        finding("failing_objects", key="conflict", count=failing, cause=cause),
        finding("failing_objects", key="timeout", count=1, cause=Cause(code="Timeout")),
        finding("failing_objects", key="conflict", count=1, cause=cause, job_id="other"),
    ]


def test_objects_that_are_stuck_stand_for_what_fails_alike_and_are_named_by_it_where_others_fail_too() -> None:
    stuck, failing, *others = inhibit(of_one_cause(2, 2))
    assert (stuck.held_by, failing.held_by) == ("", stuck.alert.fingerprint)
    assert [each.held_by for each in others] == ["", ""]

    stuck, failing, *_ = inhibit(of_one_cause(1, 2))
    assert (stuck.held_by, failing.held_by) == (failing.alert.fingerprint, "")
    assert failing.evidence.held == ("stuck_object conflict (1)",)


def test_a_job_that_its_quarantine_switched_off_is_told_by_the_quarantine_and_a_persons_pause_by_itself() -> None:
    off, pause = finding("job_paused", key=SWITCHED_OFF), finding("job_paused")
    quarantine, held, free = inhibit([QUARANTINE, off, pause])
    assert (held.held_by, free.held_by) == (quarantine.alert.fingerprint, "")
    assert quarantine.evidence.held == ()
    assert inhibit([off])[0].held_by == ""
