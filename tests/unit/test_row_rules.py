"""The rules that look at rows: when each speaks, and when it is silent."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.activity import owed
from bot.detect import detect
from bot.hidden import hidden
from bot.ledger import Folded, fold_all, sort
from bot.model import (
    Arrival,
    Cause,
    Execution,
    Failing,
    Finding,
    Hour,
    Owed,
    Severity,
    SourceState,
    Tenant,
    Usual,
    Window,
)
from bot.rules.deletions_staged import deletions_staged
from bot.rules.failing_objects import failing_objects
from bot.rules.failure_spike import failure_spike
from bot.rules.hidden_losses import hidden_losses
from bot.rules.logs_late import logs_late
from bot.rules.mass_change import mass_change
from bot.rules.stuck_object import stuck_object
from tests.support.make import NOON, event, failing, failure, job, quarantine

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ID = "Workday.t.1"


def window(**more: Any) -> Window:
    told: dict[str, Any] = {"job": job(synced=(("User", 2_000),)), "failures": (), "now": NOON}
    return Window(**(told | more))


def hours(count: int, action: str = "update", status: str = "failure", cause: str = "timeout") -> tuple[Hour, ...]:
    return (Hour(job_id=ID, hour=NOON, action=action, status=status, cause=cause, count=count),)


def days(*counts: int, cause: str = "timeout", known: int = 27) -> Usual:
    return Usual(job_id=ID, days=known, failed=((cause, (*counts, *[0] * (27 - len(counts)))),))


def test_a_healthy_job_gives_nothing() -> None:
    assert detect(window())[0] == []


# --- failing_objects, stuck_object -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("group", "severity"),
    [
        (failing(3), Severity.MEDIUM),
        (failing(25), Severity.HIGH),
        (failing(500), Severity.CRITICAL),
        (failing(5, first_seen=NOON - 3 * DAY), Severity.HIGH),
        (failing(4, first_seen=NOON - 3 * DAY), Severity.MEDIUM),
        (failing(1, examples=(failure(object_type="Device"),)), Severity.LOW),
        (failing(1, in_roles=1), Severity.HIGH),
        (failing(500, in_roles=1), Severity.CRITICAL),
    ],
)
def test_how_bad_it_is_depends_on_how_many_on_whether_they_are_people_and_on_how_long(
    group: Failing, severity: Severity
) -> None:
    (finding,) = failing_objects(window(failures=(group,)))
    assert isinstance(finding, Finding)
    assert finding.alert.severity is severity


def test_who_among_them_holds_a_directory_role_is_said_and_no_reason_to_tell_again() -> None:
    one, two = (next(failing_objects(window(failures=(failing(30, in_roles=n),)))) for n in (1, 2))
    assert isinstance(one, Finding)
    assert isinstance(two, Finding)
    assert one.evidence.facts == (("Roles", "1 of them holds a directory role"),)
    assert two.evidence.facts == (("Roles", "2 of them hold directory roles"),)
    assert one.alert == two.alert


def test_a_title_says_in_words_what_is_wrong_and_keeps_the_code() -> None:
    def title(code: str) -> str:
        group = failing(1, cause=Cause(code=code), examples=(failure(cause=Cause(code=code), reason="It said no."),))
        (finding,) = failing_objects(window(failures=(group,)))
        assert isinstance(finding, Finding)
        return f"{finding.alert.title} | {finding.alert.detail}"

    known = "no licence is left (LicenseLimitExceeded) | The app has no free licence for the user."
    assert title("LicenseLimitExceeded") == f"Workday to Entra ID: {known}"
    assert title("NeverHeardOf") == "Workday to Entra ID: NeverHeardOf | It said no."


def stuck(count: int = 5, age: timedelta = DAY, others: int = 0, **more: Any) -> Iterator[Any]:
    one = failure(count=count, first_seen=NOON - age)
    groups = (failing(1, first_seen=NOON - age, examples=(one,)),)
    if others:
        groups = (*groups, failing(others, cause=Cause(code="Other"), examples=()))
    return stuck_object(window(failures=groups, **more))


def test_an_object_that_fails_for_a_day_and_again_and_again_is_stuck() -> None:
    (finding,) = stuck()
    assert "Grace Hopper is stuck" in finding.alert.title


def test_several_objects_that_are_stuck_for_one_cause_are_one_alert() -> None:
    two = tuple(failure(object_id=f"o{n}", object_name=f"User {n}", count=5, first_seen=NOON - DAY) for n in (1, 2))
    (finding,) = stuck_object(window(failures=(failing(2, first_seen=NOON - DAY, examples=two),)))
    assert isinstance(finding, Finding)
    assert (finding.alert.key, finding.evidence.count) == ("conflict/proxyaddresses", 2)
    assert "User 1 and 1 more are stuck" in finding.alert.title


def test_somebody_stuck_who_holds_a_directory_role_is_told_as_what_fails_would_be() -> None:
    one = failure(count=5, first_seen=NOON - DAY)
    (finding,) = stuck_object(window(failures=(failing(1, first_seen=NOON - DAY, examples=(one,), in_roles=1),)))
    assert isinstance(finding, Finding)
    assert finding.alert.severity is Severity.HIGH


def test_an_object_that_failed_seldom_or_only_lately_or_on_a_sick_job_is_not_stuck() -> None:
    assert [*stuck(count=3), *stuck(age=23 * HOUR), *stuck(others=3), *stuck(job=job(quarantine=quarantine()))] == []


# --- failure_spike -----------------------------------------------------------------------------------------------------


def test_a_known_cause_that_fails_more_often_than_on_any_other_day_is_a_spike() -> None:
    (finding,) = failure_spike(window(hours=hours(40), usual=days(3, 5, 9, 20)))
    assert isinstance(finding, Finding)
    assert dict(finding.evidence.facts)["Failures in 24 h"] == "40"


def test_a_day_as_bad_as_others_is_no_spike() -> None:
    assert [*failure_spike(window(hours=hours(29), usual=days(3, 5, 9, 20)))] == []


def test_a_cause_that_is_new_has_its_own_incident_and_is_no_spike() -> None:
    assert [*failure_spike(window(hours=hours(500), usual=days(80, 3)))] == []
    assert [*failure_spike(window(hours=hours(500), usual=days(cause="other")))] == []
    assert [*failure_spike(window(hours=hours(500)))] == []


def test_without_history_more_than_ten_are_a_spike() -> None:
    assert [*failure_spike(window(hours=hours(11), usual=days(1, 1, 2, known=4)))] != []
    assert [*failure_spike(window(hours=hours(10), usual=days(1, 1, 2, known=4)))] == []


# --- mass_change, deletions_staged -------------------------------------------------------------------------------------


def removed(count: int) -> tuple[Hour, ...]:
    return hours(count, action="disable", status="success", cause="")


def test_very_many_disables_are_told_with_how_many() -> None:
    (finding,) = mass_change(window(hours=removed(120)))
    assert isinstance(finding, Finding)
    assert finding.evidence.facts == (("Disables in 24 h", "120"),)


@pytest.mark.parametrize(
    ("count", "usual"),
    [(99, None), (150, Usual(job_id=ID, days=20, removed=(60,))), (19, Usual(job_id=ID, days=20, removed=(0,)))],
)
def test_what_is_in_proportion_is_not_told(count: int, usual: Usual | None) -> None:
    assert [*mass_change(window(hours=removed(count), usual=usual))] == []


def test_a_hundred_are_many_on_a_large_job_that_never_did_so() -> None:
    large = job(synced=(("User", 100_000),))
    assert [*mass_change(window(job=large, hours=removed(100), usual=Usual(job_id=ID, days=20, removed=(3,))))] != []


def test_failed_disables_disable_nobody() -> None:
    assert [*mass_change(window(hours=hours(500, action="disable")))] == []


def staged(at: datetime) -> Failing:
    cause = Cause(code="stagedDelete")
    return failing(500, cause=cause, first_seen=at, last_seen=at, examples=(failure(cause=cause, last_seen=at),))


def test_staged_deletions_come_with_the_list() -> None:
    sick = job(quarantine=quarantine(reason="TooManyDeletes", error_code=""))
    (finding,) = deletions_staged(window(job=sick, warnings=(staged(NOON),)))
    assert isinstance(finding, Finding)
    assert (finding.evidence.count, finding.evidence.examples[0].object_name) == (500, "Grace Hopper")


def test_another_quarantine_or_the_list_of_an_earlier_time_is_not_shown() -> None:
    assert [*deletions_staged(window(job=job(quarantine=quarantine()), warnings=(staged(NOON),)))] == []
    sick = job(quarantine=quarantine(reason="TooManyDeletes"))
    (finding,) = deletions_staged(window(job=sick, warnings=(staged(NOON - 3 * DAY),)))
    assert isinstance(finding, Finding)
    assert finding.evidence.count == 0


def test_a_staged_delete_neither_heals_nor_fails_its_object() -> None:
    rows = sort([event(1), event(2, minute=1, ok=True, action="stagedDelete")])
    assert rows.well == {}
    assert len(rows.failed) == 1


# --- hidden_losses -----------------------------------------------------------------------------------------------------

LOST: dict[str, Any] = {
    "status": "skipped",
    "error_code": "UnableToResolveReferenceAttributeValue",
    "hides": "UnableToResolveReferenceAttributeValue",
    "reason": "A referenced object is not provisioned.",
}


def lost(*numbers: int) -> list[Any]:
    return [event(n, minute=n, ok=n % 3 == 0, **({} if n % 3 == 0 else LOST)) for n in numbers]


def test_lost_references_are_told_quietly_and_staged_deletes_elsewhere() -> None:
    group = failing(2, cause=Cause(code="UnableToResolveReferenceAttributeValue"))
    (finding,) = hidden_losses(window(warnings=(group, staged(NOON))))
    assert isinstance(finding, Finding)
    assert finding.alert.severity is Severity.LOW


@given(st.lists(st.integers(0, 20), min_size=1, max_size=15), st.data())
def test_order_and_repetition_of_skipped_rows_change_nothing(numbers: list[int], data: st.DataObject) -> None:
    def entries(batches: list[list[int]]) -> Any:
        kept: Any = {}
        well: Any = {}
        for batch in batches:
            rows = lost(*batch)
            ended = sort(rows).well
            parts = Folded(failed=hidden(rows), well=ended)
            kept |= fold_all(kept, parts, {key: well[key] for key in parts.failed if key in well})
            well |= {key: max(at, well.get(key, at)) for key, at in ended.items()}
        return kept

    mixed = data.draw(st.permutations([*numbers, *numbers[:3]]))
    cut = data.draw(st.integers(0, len(mixed)))
    assert entries([mixed[:cut], mixed[cut:]]) == entries([sorted(set(numbers))])


def test_people_who_are_assigned_in_vain_are_told_until_they_come_over_or_are_assigned_no_more() -> None:
    def open_after(*rows: Any) -> int:
        ended = sort(rows).well
        entries = fold_all({}, Folded(failed=hidden(rows), well=ended), {})
        return sum(entry.failure.cleared_at is None for entry in entries.values())

    vain: dict[str, Any] = {"ok": True, "status": "skipped", "out_of_scope": True, "hides": "NotEffectivelyEntitled"}
    assert open_after(event(1, **vain)) == 1
    assert open_after(event(1, **vain), event(2, minute=1, ok=True)) == 0
    assert open_after(event(1, **vain), event(2, minute=1, ok=True, status="skipped", out_of_scope=True)) == 0
    assert open_after(event(1, ok=True), event(2, minute=1, **vain)) == 1


# --- logs_late ---------------------------------------------------------------------------------------------------------


def log(newest: timedelta, *, source: str = "graph") -> Arrival:
    return Arrival(source=source, job_id=ID, newest=NOON - newest)


def tenant(*arrivals: Arrival, since: timedelta | None = None, names: tuple[str, ...] = ("graph",)) -> Tenant:
    return Tenant(
        now=NOON,
        jobs=(job(),),
        sources=tuple(SourceState(name=name, answered_at=NOON, lag=420.0) for name in names),
        arrivals=arrivals,
        owed=() if since is None else (Owed(job_id=ID, at=NOON - since),),
    )


def test_rows_that_are_overdue_are_told_with_the_delay_that_was_measured() -> None:
    (finding,) = logs_late(tenant(log(3 * HOUR), since=2 * HOUR))
    assert isinstance(finding, Finding)
    assert ("Rows came last", "about 7 min after their time") in finding.evidence.facts
    assert ("Jobs", job().name) in finding.evidence.facts


def test_rows_that_may_still_come_or_have_come_are_not_late() -> None:
    assert [*logs_late(tenant(log(3 * HOUR), since=HOUR))] == []
    assert [*logs_late(tenant(log(HOUR), since=2 * HOUR))] == []
    assert [*logs_late(tenant(log(3 * DAY)))] == []


def test_a_log_that_was_not_read_since_says_nothing() -> None:
    told = tenant(log(3 * HOUR), since=2 * HOUR)
    unread = tuple(replace(each, answered_at=NOON - HOUR) for each in told.sources)
    assert [*logs_late(replace(told, sources=unread))] == []


def test_a_source_that_shows_less_than_the_other_is_named() -> None:
    both = ("graph", "log_analytics")
    (finding,) = logs_late(tenant(log(HOUR), log(5 * HOUR, source="log_analytics"), names=both))
    assert isinstance(finding, Finding)
    assert "Log Analytics" in finding.alert.title


def test_an_export_is_owed_until_a_row_of_it_or_a_later_one_comes() -> None:
    ran = Execution(began=NOON - HOUR, ended=NOON - HOUR, exported=3)
    exporting = job(last_export=ran)
    assert owed(exporting, None, None, NOON) == ran.began
    assert owed(exporting, None, NOON - 2 * HOUR, NOON) == ran.began
    assert owed(exporting, None, NOON - HOUR, NOON) is None
    assert owed(exporting, NOON - 9 * HOUR, NOON - 10 * HOUR, NOON) == NOON - 9 * HOUR
    assert owed(exporting, NOON - 9 * HOUR, NOON, NOON) is None
    assert owed(job(last_export=replace(ran, exported=0)), None, None, NOON) is None
    assert owed(exporting, None, None, NOON + 2 * DAY) is None
