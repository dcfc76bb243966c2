"""The life of an incident, as pure functions tell it."""

from datetime import timedelta

from bot.detect import Subject, detect
from bot.incidents import Change, Kind, advance
from bot.model import Failing, Finding, Incident, Job, State, Window
from bot.taking import acknowledge
from tests.support.make import ADA, NOON, failing, job, quarantine

LATER = NOON + timedelta(minutes=10)


def window(job: Job, *groups: Failing) -> Window:
    return Window(job=job, failures=groups, now=NOON)


def step(known: list[Incident], *windows: Window, hours: float = 0) -> list[Change]:
    findings: list[Finding] = []
    looked: set[Subject] = set()
    for each in windows:
        found, subjects = detect(each)
        findings += found
        looked |= subjects
    by_fingerprint = {incident.alert.fingerprint: incident for incident in known}
    return list(advance(by_fingerprint, findings, looked, LATER + timedelta(hours=hours)))


def opened(*windows: Window) -> list[Incident]:
    return [change.incident for change in step([], *windows)]


def test_a_healthy_job_opens_nothing() -> None:
    assert step([], window(job())) == []


def test_five_hundred_objects_that_fail_alike_are_one_incident() -> None:
    (incident,) = opened(window(job(), failing(500)))
    assert incident.evidence.count == 500
    assert incident.alert.fingerprint == "failing_objects/Workday.t.1/conflict/proxyaddresses"


def test_a_growing_count_edits_the_card_without_telling_again() -> None:
    before = opened(window(job(), failing(3)))
    (change,) = step(before, window(job(), failing(4)))
    assert (change.kind, change.incident.revision) == (Kind.EDITED, 2)


def test_what_is_seen_again_unchanged_is_silent() -> None:
    before = opened(window(job(), failing(3)))
    assert step(before, window(job(), failing(3))) == []


def test_a_worse_severity_is_told_again() -> None:
    before = opened(window(job(), failing(3)))
    (change,) = step(before, window(job(), failing(100)))
    assert change.kind is Kind.CHANGED


def test_a_count_that_goes_up_and_down_at_an_edge_raises_the_severity_once() -> None:
    (incident,) = opened(window(job(), failing(24)))
    kinds: list[Kind] = []
    for count in (26, 24, 26, 21, 25, 19, 24):
        (change,) = step([incident], window(job(), failing(count)))
        incident = change.incident
        kinds.append(change.kind)
    assert kinds == [Kind.CHANGED, *[Kind.EDITED] * 4, Kind.CHANGED, Kind.EDITED]


def test_the_most_that_failed_is_remembered_when_only_the_last_few_are_left() -> None:
    (incident,) = opened(window(job(), failing(3)))
    for count in (12, 4, 1):
        (change,) = step([incident], window(job(), failing(count)))
        incident = change.incident
    (gone,) = step([incident], window(job()))
    assert (gone.incident.peak, gone.incident.evidence.count) == (12, 1)
    (back,) = step([gone.incident], window(job(), failing(2)))
    assert back.incident.peak == 12


def test_a_better_name_for_the_job_is_not_told_again() -> None:
    before = opened(window(job(name="Workday.t.1"), failing(3)))
    (change,) = step(before, window(job(), failing(3)))
    assert change.kind is Kind.EDITED
    assert change.incident.alert.title.startswith("Workday to Entra ID")


def test_an_incident_resolves_when_its_cause_is_gone_from_the_ledger() -> None:
    before = opened(window(job(), failing(3)))
    (change,) = step(before, window(job()))
    assert (change.kind, change.incident.state) == (Kind.RESOLVED, State.RESOLVED)


def test_a_quarantine_does_not_resolve_while_the_state_of_the_job_is_not_known() -> None:
    before = opened(window(job(quarantine=quarantine())))
    nameless = Job(id="Workday.t.1", service_principal="", name="Workday.t.1")
    assert step(before, window(nameless)) == []
    assert step(before) == []


def test_the_same_trouble_within_a_day_reopens_the_same_incident() -> None:
    first = opened(window(job(), failing(3)))
    resolved = [change.incident for change in step(first, window(job()))]
    (again,) = step(resolved, window(job(), failing(2)), hours=3)
    assert (again.kind, again.incident.reopened, again.incident.open) == (Kind.REOPENED, 1, True)


def test_the_same_trouble_days_later_is_a_new_incident() -> None:
    first = opened(window(job(), failing(3)))
    resolved = [change.incident for change in step(first, window(job()))]
    (again,) = step(resolved, window(job(), failing(2)), hours=25)
    assert (again.kind, again.incident.number) == (Kind.OPENED, 0)


def test_an_acknowledged_incident_stays_so_while_its_count_changes() -> None:
    (incident,) = opened(window(job(), failing(3)))
    taken = acknowledge(incident, ADA, LATER).incident
    (change,) = step([taken], window(job(), failing(4)))
    assert (change.incident.state, change.incident.acknowledged_by) == (State.ACKNOWLEDGED, "Ada Admin")


def test_a_quarantine_reason_nobody_has_heard_of_is_shown_as_it_is() -> None:
    (incident,) = opened(window(job(quarantine=quarantine(reason="SomethingNew", error_code=""))))
    assert "SomethingNew" in incident.alert.detail
