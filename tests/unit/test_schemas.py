"""A job's schema from one look to the next, and what is told when it is another one without anybody having changed it."""

from datetime import timedelta
from typing import Any

import pytest

from bot.detect import detect_tenant
from bot.model import AuditEvent, Execution, Finding, Schema, Tenant
from bot.schemas import seen_again
from tests.support.make import NOON, job

HOUR = timedelta(hours=1)


def schema(version: str = "Date:2026-01-01T08:00:00.0000000Z, ActivityId:a", **more: Any) -> Schema:
    about: dict[str, Any] = {"job_id": "Workday.t.1", "version": version}
    return Schema(**(about | more))


def looked(*found: Schema | None) -> Schema | None:
    """What is known after looks that lie an hour apart, the last one at noon."""
    known: Schema | None = None
    for number, each in enumerate(found):
        known = seen_again(known, each, NOON - HOUR * (len(found) - 1 - number))
    return known


def test_the_first_look_and_an_equal_one_are_no_change() -> None:
    first, second = looked(schema()), looked(schema(), schema())
    assert first is not None
    assert second is not None
    assert (first.changed_at, second.changed_at, second.looked_at) == (None, None, NOON)


@pytest.mark.parametrize(
    ("version", "at"),
    [
        (
            "Date:2026-11-20T11:20:00.1234560Z, ActivityId:b",
            NOON - timedelta(minutes=40) + timedelta(microseconds=123456),
        ),
        ("Date:2025-01-01T00:00:00.0000000Z, ActivityId:b", NOON),
        ("Date:2027-01-01T00:00:00.0000000Z, ActivityId:b", NOON),
        ("Date:99999-01-01T00:00:00Z", NOON),
        ("a text of another form", NOON),
    ],
)
def test_a_change_has_the_time_of_its_version_where_that_can_be_true(version: str, at: Any) -> None:
    changed = looked(schema(), schema(version))
    assert changed is not None
    assert changed.changed_at == at
    later = seen_again(changed, schema(version), NOON + HOUR)
    assert later is not None
    assert later.changed_at == at


def test_what_is_known_stays_where_nothing_could_be_read() -> None:
    known = looked(schema())
    assert seen_again(known, None, NOON + HOUR) == known
    assert seen_again(known, schema(""), NOON + HOUR) == known


# --- What is told ------------------------------------------------------------------------------------------------------


def told(
    changed: timedelta, *audits: AuditEvent, success: timedelta | None = None, noticed: timedelta | None = None
) -> list[Finding]:
    seen = schema(changed_at=NOON - changed, noticed_at=NOON - (changed if noticed is None else noticed))
    ran = None if success is None else Execution(began=NOON - success, ended=NOON - success)
    tenant = Tenant(now=NOON, jobs=(job(last_success=ran),), audits=audits, schemas=(seen,))
    return [each for each in detect_tenant(tenant)[0] if each.alert.key == "schema"]


def row(ago: timedelta, **more: Any) -> AuditEvent:
    about: dict[str, Any] = {
        "id": "a",
        "at": NOON - ago,
        "activity": "Update attribute mappings or scope",
        "actor": "Ada",
    }
    about |= {"target_id": "sp-1"}
    return AuditEvent(**(about | more))


def test_a_schema_that_changed_without_an_audit_row_is_told_when_that_row_has_had_its_time() -> None:
    assert told(timedelta(minutes=20)) == []
    (finding,) = told(timedelta(minutes=40))
    assert finding.alert.title == "The schema of Workday to Entra ID was changed"
    assert finding.evidence.first_seen == NOON - timedelta(minutes=40)


def test_a_change_that_somebody_made_is_told_with_who_it_was_and_not_twice() -> None:
    assert told(timedelta(minutes=40), row(timedelta(minutes=45))) == []
    assert len(told(timedelta(minutes=40), row(timedelta(minutes=45), target_id="sp-2"))) == 1
    assert len(told(timedelta(minutes=40), row(timedelta(hours=5)))) == 1


def test_one_that_was_noticed_late_is_told_for_an_hour_though_a_cycle_got_through_since() -> None:
    assert len(told(2 * HOUR, success=HOUR, noticed=timedelta(minutes=50))) == 1
    assert told(3 * HOUR, success=HOUR, noticed=2 * HOUR) == []


def test_it_is_over_when_a_cycle_got_through_since_and_after_a_day() -> None:
    assert told(2 * HOUR, success=HOUR) == []
    assert len(told(2 * HOUR, success=3 * HOUR)) == 1
    assert told(25 * HOUR) == []
