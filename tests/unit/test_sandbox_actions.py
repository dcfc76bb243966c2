"""What starting, pausing and restarting does to a job of the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox import actions
from tests.support.tenant_box import audited, later, make_tenant, open_failures, restart


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
