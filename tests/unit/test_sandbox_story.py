"""What a tenant in a box lives through by itself: its company, its stories, its clock and its late rows."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from sandbox.lag import Lag
from sandbox.tenant import Tenant
from tests.support.tenant_box import audited, later, make_tenant, open_failures


def test_the_company_has_two_thousand_people_and_twelve_jobs_one_of_them_workdays() -> None:
    tenant, _ = make_tenant()
    people = tenant.world.people
    assert len(people) == len({person.id for person in people}) == len({person.upn for person in people}) == 2_000
    assert len({person.dn for person in people}) == 2_000
    assert len(tenant.jobs) == 12
    assert [job.spec.name for job in tenant.jobs.values() if "workday" in job.spec.name.lower()] == [
        "Workday to Entra ID"
    ]
    assert len(tenant.admins) == 5
    assert set(tenant.admins[0]) == {"id", "displayName", "userPrincipalName"}
    assert tenant.team["channels"][0]["id"] == tenant.team["id"]


def test_the_first_minute_of_the_default_story_is_seen_within_forty_seconds() -> None:
    tenant, dial = make_tenant("default", lag=Lag())
    flaky = {key for key, code in open_failures(tenant).items() if code == "ServiceNestInternalServerError"}
    assert len(flaky) == 6
    later(tenant, dial, seconds=40)
    assert Counter(open_failures(tenant).values()) == {"AttributeValueMustBeUnique": 3, "LicenseLimitExceeded": 40}
    workday = tenant.job("workday")
    assert workday.code == "Quarantine"
    assert workday.quarantine is not None
    assert workday.quarantine.reason == "EncounteredQuarantineException"
    assert workday.quarantine.error is not None
    assert workday.quarantine.error.code == "WorkdayInvalidCredentials"
    assert audited(tenant) == ["Quarantine"]


def test_what_happens_depends_on_the_seed_alone() -> None:
    def minute(seed: int, looks: int) -> list[Any]:
        tenant, dial = make_tenant("default", seed=seed, lag=Lag(late=0.2))
        for _ in range(looks):
            later(tenant, dial, seconds=120 / looks)
        return [(row.event, row.arrived_at, row.repeat) for row in tenant.arrived]

    assert minute(1, 60) == minute(1, 60)
    assert sorted(map(repr, minute(1, 60))) == sorted(map(repr, minute(1, 1)))
    assert minute(1, 1) != minute(2, 1)


def test_speed_compresses_the_story_and_the_cadences() -> None:
    tenant, dial = make_tenant("default", speed=60)
    later(tenant, dial, seconds=1)
    assert tenant.job("workday").code == "Quarantine"
    before = tenant.job("AD2AADProvisioning").cycles
    later(tenant, dial, seconds=20)
    assert tenant.job("AD2AADProvisioning").cycles - before == 10


def test_a_quiet_tenant_runs_its_cycles_without_a_failure() -> None:
    tenant, dial = make_tenant()
    later(tenant, dial, hours=2)
    assert open_failures(tenant) == {}
    assert {job.code for job in tenant.jobs.values()} == {"Active"}
    assert all(job.last is not None and job.last.state == "Succeeded" for job in tenant.jobs.values())


def test_a_storm_keeps_things_failing_and_recovering() -> None:
    tenant, dial = make_tenant("storm")
    later(tenant, dial, minutes=15)
    codes = {
        row.event["provisioningStatusInfo"]["errorInformation"]["errorCode"]
        for row in tenant.arrived
        if row.event["provisioningStatusInfo"]["status"] == "failure"
    }
    assert len(codes) > 8


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_storm_begins_with_more_causes_than_anybody_could_read_one_by_one(seed: int) -> None:
    tenant, dial = make_tenant("storm", seed=seed, lag=Lag())
    later(tenant, dial, seconds=90)
    met = {(job, code) for (job, _), code in open_failures(tenant).items()}
    assert len(met) > 20
    assert open_failures(make_tenant("quiet", seed=seed)[0]) == {}


def test_rows_are_late_out_of_order_and_sometimes_doubled_as_the_lag_says() -> None:
    tenant, dial = make_tenant(lag=Lag(p95=120, late=0.02, tail=3600, repeats=0.01))
    for _ in range(60 * 12):
        later(tenant, dial, minutes=1)
    rows = tenant.arrived
    assert [row.arrived_at for row in rows] == sorted(row.arrived_at for row in rows)
    times = [row.event["activityDateTime"] for row in rows]
    assert times != sorted(times)
    doubled = [row.event["id"] for row in rows if row.repeat]
    assert 0 < len(doubled) < len(rows) * 0.05
    once = [row.event["id"] for row in rows if not row.repeat]
    assert len(set(once)) == len(once)
    assert set(doubled) <= set(once)


def test_the_clock_can_be_put_forward_for_good() -> None:
    tenant, dial = make_tenant()
    before = tenant.clock()
    tenant.skip(3_600)
    dial.turn(seconds=1)
    assert (tenant.clock() - before).total_seconds() == 3_601


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"speed": 0}, "speed must be between 0.01 and 1000"),
        ({"speed": -1}, "speed"),
        ({"speed": float("nan")}, "speed"),
        ({"speed": float("inf")}, "speed"),
        ({"story": "thriller"}, "there is no story 'thriller'; there are quiet, default, storm"),
        ({"history_hours": -1}, "history"),
        ({"history_hours": float("nan")}, "history"),
    ],
)
def test_what_cannot_be_played_is_refused_in_a_sentence(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Tenant(**wrong)
