"""The tenant in a box: what its people see in the first minute, and what actions do to its jobs."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from sandbox import actions
from sandbox.beats import BEATS
from sandbox.job import Job
from sandbox.lag import Lag
from sandbox.tenant import Tenant
from tests.support.tenant_box import later, make_tenant


def open_failures(tenant: Tenant) -> dict[tuple[str, str], str]:
    """Job and object of every failure whose object's newest row is still a failure."""
    newest: dict[tuple[str, str], dict[str, Any]] = {}
    for row in tenant.arrived:
        event = row.event
        key = (event["jobId"], event["sourceIdentity"]["id"])
        known = newest.get(key)
        is_skip = event["provisioningStatusInfo"]["status"] == "skipped"
        if not is_skip and (known is None or known["activityDateTime"] <= event["activityDateTime"]):
            newest[key] = event
    return {
        key: event["provisioningStatusInfo"]["errorInformation"]["errorCode"]
        for key, event in newest.items()
        if event["provisioningStatusInfo"]["status"] == "failure"
    }


def audited(tenant: Tenant) -> list[str]:
    return [row["activityDisplayName"] for row in tenant.audits]


def restart(tenant: Tenant, job: Job, scope: str | None = None) -> None:
    actions.restart(tenant, job, {"criteria": {"resetScope": scope}} if scope is not None else {})


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


def test_a_restart_starts_a_cycle_clears_quarantine_and_stays_out_of_it() -> None:
    tenant, dial = make_tenant()
    workday = tenant.job("workday")
    tenant.beat("credential_expires")
    later(tenant, dial, seconds=10)
    assert workday.code == "Quarantine"
    before = workday.cycles
    restart(tenant, workday)
    assert (workday.code, workday.quarantine, workday.cycles) == ("Active", None, before + 1)
    later(tenant, dial, seconds=10)
    assert workday.code == "Active"
    assert workday.last is not None
    assert workday.last.state == "Succeeded"
    assert workday.last.imported > 20
    assert audited(tenant) == ["Quarantine", "Enable/restart provisioning configuration"]


def test_a_restart_that_leaves_the_cause_alone_ends_in_quarantine_again() -> None:
    tenant, dial = make_tenant()
    tenant.beat("agent_down")
    later(tenant, dial, seconds=10)
    job = tenant.job("AD2AADProvisioning")
    restart(tenant, job)
    assert job.code == "Active"
    later(tenant, dial, seconds=10)
    assert job.code == "Quarantine"
    assert job.quarantine is not None
    assert job.quarantine.error is not None
    assert job.quarantine.error.code == "HybridIdentityServiceNoActiveAgents"


def test_quarantine_is_tried_again_after_six_hours_and_left_when_the_cause_is_gone() -> None:
    tenant, dial = make_tenant()
    job = tenant.job("workday")
    tenant.beat("credential_expires")
    later(tenant, dial, seconds=10)
    cycles = job.cycles
    later(tenant, dial, hours=5.9)
    assert job.cycles == cycles
    later(tenant, dial, hours=0.2)
    assert job.cycles == cycles + 1
    assert job.quarantine is not None
    assert job.quarantine.attempts == 2
    tenant.beat("credential_renewed")
    later(tenant, dial, hours=6)
    assert job.code == "Active"
    assert audited(tenant) == ["Quarantine", "Update provisioning setting or credentials"]


def test_after_four_weeks_in_quarantine_a_job_is_disabled() -> None:
    tenant, dial = make_tenant(history_hours=0)
    job = tenant.job("workday")
    for other in tenant.jobs.values():
        other.next_at = other.next_at if other is job else None
    tenant.beat("credential_expires")
    later(tenant, dial, hours=29 * 24)
    assert (job.code, job.schedule) == ("Paused", "Disabled")
    assert audited(tenant) == ["Quarantine", "Disable/pause provisioning configuration"]


def test_every_failing_object_whose_cause_is_repaired_succeeds_in_the_next_cycle() -> None:
    tenant, dial = make_tenant()
    tenant.beat("fail", job="Boxwood", code="LicenseLimitExceeded", count=40)
    later(tenant, dial, seconds=10)
    assert len(open_failures(tenant)) == 40
    tenant.beat("recover", job="Boxwood")
    later(tenant, dial, seconds=10)
    assert open_failures(tenant) == {}


def test_a_failing_object_is_tried_in_the_next_cycle_and_then_six_hours_after_its_first_failure() -> None:
    tenant, dial = make_tenant()
    [who] = tenant.beat("proxy_conflict", count=1)

    def failures() -> int:
        return sum(row.event["sourceIdentity"]["id"] == who for row in tenant.arrived)

    later(tenant, dial, seconds=10)
    before = failures()
    later(tenant, dial, hours=1)
    assert failures() == before + 1
    later(tenant, dial, hours=5.1)
    assert failures() == before + 2


def test_a_restart_with_watermark_judges_failing_objects_again_one_with_escrows_forgets_them() -> None:
    tenant, dial = make_tenant()
    job = tenant.job("Boxwood")
    tenant.beat("fail", job="Boxwood", code="EntryConflict", count=5)
    later(tenant, dial, seconds=10)
    restart(tenant, job, "Escrows")
    later(tenant, dial, seconds=10)
    assert job.last is not None
    assert job.last.escrowed == 0
    restart(tenant, job, "Watermark")
    later(tenant, dial, seconds=10)
    assert job.last.escrowed == 5
    assert len(open_failures(tenant)) == 5


def test_a_pause_lets_the_running_cycle_end_and_a_start_goes_on() -> None:
    tenant, dial = make_tenant()
    job = tenant.job("AD2AADProvisioning")
    while job.running is None:
        later(tenant, dial, seconds=1)
    actions.pause(tenant, job)
    later(tenant, dial, seconds=10)
    assert (job.running, job.code, job.schedule) == (None, "Paused", "Paused")
    cycles = job.cycles
    later(tenant, dial, hours=1)
    assert job.cycles == cycles
    actions.start(tenant, job)
    later(tenant, dial, seconds=10)
    assert (job.code, job.schedule, job.cycles) == ("Active", "Active", cycles + 1)
    assert audited(tenant) == [
        "Disable/pause provisioning configuration",
        "Enable/start provisioning configuration",
    ]
    assert tenant.audits[0]["initiatedBy"]["app"]["appId"] == tenant.app_id


def test_too_many_deletes_are_staged_until_they_are_allowed() -> None:
    tenant, dial = make_tenant()
    tenant.beat("too_many_deletes", count=7)
    later(tenant, dial, seconds=10)
    job = tenant.job("AD2AADProvisioning")
    assert job.quarantine is not None
    assert (job.quarantine.reason, job.quarantine.error) == ("TooManyDeletes", None)
    restart(tenant, job, "ForceDeletes")
    later(tenant, dial, seconds=10)
    assert job.code == "Active"
    did = Counter(row.event["provisioningAction"] for row in tenant.arrived)
    assert (did["stagedDelete"], did["delete"]) == (7, 7)


@pytest.mark.parametrize(
    "body",
    [
        {"criteria": {"resetScope": "Everything"}},
        {"criteria": {"resetScope": ["Watermark", "Escrows"]}},
        {"criteria": {"resetScope": "ForceDeletes, Watermark"}},
        {"criteria": {"scope": "Watermark"}},
        {"resetScope": "Watermark"},
        "Watermark",
    ],
)
def test_a_restart_with_an_illegal_scope_is_refused_and_does_nothing(body: Any) -> None:
    tenant, _ = make_tenant()
    with pytest.raises(actions.Illegal):
        actions.restart(tenant, tenant.job("workday"), body)
    assert tenant.actions == []


def test_a_restart_that_names_nothing_is_the_portals_and_what_was_asked_is_kept() -> None:
    tenant, _ = make_tenant()
    assert actions.reset_scope({}) == actions.reset_scope({"criteria": {"resetScope": ""}}) == actions.PORTAL
    assert actions.reset_scope({"criteria": {"resetScope": "Watermark, QuarantineState"}}) == {
        "Watermark",
        "QuarantineState",
    }
    restart(tenant, tenant.job("workday"), "Watermark, Escrows")
    assert tenant.actions[0].body == {"criteria": {"resetScope": "Watermark, Escrows"}}


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


def test_bulk_tells_exactly_which_objects_must_end_as_failing() -> None:
    tenant, dial = make_tenant()
    told = tenant.beat("bulk", rows=5_000, hours=3.0, failures=0.1)
    for _ in range(60):
        later(tenant, dial, minutes=5)
    assert {(job, who, code) for (job, who), code in open_failures(tenant).items()} == {
        tuple(row) for row in told["open"]
    }
    assert len(told["open"]) > 50
    shown = [row for row in tenant.arrived if row.event["cycleId"] and not row.repeat]
    assert len(shown) > 5_000


def test_bulk_of_the_past_arrives_at_once_unless_it_is_late() -> None:
    tenant, _ = make_tenant()
    told = tenant.beat("bulk", rows=1_000, hours=1.0, past=True, late=0.0, p95=1.0, repeats=0.0)
    before = len(tenant.arrived)
    tenant.advance()
    assert len(tenant.arrived) - before >= 990
    assert told["open"]


def test_unknown_words_appear_in_the_status_and_in_the_log() -> None:
    tenant, dial = make_tenant()
    tenant.beat("unknown_words")
    later(tenant, dial, seconds=5)
    assert tenant.job("Plotter").extra["quarantine"]["reason"] == "EncounteredSolarFlare"
    odd = [row.event for row in tenant.arrived if row.event["provisioningAction"] == "teleport"]
    assert odd[0]["provisioningSteps"][-1]["provisioningStepType"] == "reticulation"
    assert odd[1]["provisioningStatusInfo"]["status"] == "perplexed"


def test_an_object_that_leaves_the_scope_is_skipped_and_fails_no_more() -> None:
    tenant, dial = make_tenant()
    tenant.beat("fail", job="Ledgerline", count=2)
    later(tenant, dial, seconds=5)
    [who] = tenant.beat("leaves_scope", job="Ledgerline", count=1)
    later(tenant, dial, hours=8)
    rows = [row.event for row in tenant.arrived if row.event["sourceIdentity"]["id"] == who]
    mine = [row for row in rows if row["jobId"] == tenant.job("Ledgerline").id]
    assert mine[-1]["provisioningStatusInfo"]["errorInformation"]["errorCode"] == "NotEffectivelyEntitled"


@pytest.mark.parametrize(
    "name", ["lost_members", "threshold", "escrows_pruned", "stopped_in_portal", "stalls", "storm", "retry"]
)
def test_every_other_beat_can_be_played_by_name(name: str) -> None:
    tenant, dial = make_tenant()
    tenant.beat(name, **({"job": "Ledgerline"} if name == "retry" else {}))
    later(tenant, dial, minutes=5)
    assert BEATS[name].__doc__


def test_a_storm_keeps_things_failing_and_recovering() -> None:
    tenant, dial = make_tenant("storm")
    later(tenant, dial, minutes=15)
    codes = {
        row.event["provisioningStatusInfo"]["errorInformation"]["errorCode"]
        for row in tenant.arrived
        if row.event["provisioningStatusInfo"]["status"] == "failure"
    }
    assert len(codes) > 8


def test_the_clock_can_be_put_forward_for_good() -> None:
    tenant, dial = make_tenant()
    before = tenant.clock()
    tenant.skip(3_600)
    dial.turn(seconds=1)
    assert (tenant.clock() - before).total_seconds() == 3_601
