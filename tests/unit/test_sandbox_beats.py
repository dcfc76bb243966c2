"""Things that happen in the sandbox: objects fail and recover, deletes wait, words appear that nobody knows."""

from __future__ import annotations

from collections import Counter

import pytest

from sandbox.beats import BEATS
from tests.support.tenant_box import later, make_tenant, open_failures, restart


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
