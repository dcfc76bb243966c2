"""What surrounds the jobs, over the whole way: the audit log in both its homes, credentials, tokens, failing sources."""

from pathlib import Path

import pytest

from sandbox.faults import Fault
from tests.support.whole import Whole, whole, words


async def look(scene: Whole, *, minutes: float) -> None:
    """Time passes in steps in which the audit log is read again."""
    for _ in range(int(minutes // 5)):
        await scene.look(seconds=300)


async def every_job_was_looked_at(scene: Whole) -> None:
    """An hour passes, then the jobs come one by one."""
    scene.clock.turn(hours=1)
    for _ in scene.tenant.jobs:
        await scene.look(seconds=30)


async def rules(scene: Whole) -> list[str]:
    return sorted(incident.alert.rule for incident in await scene.incidents())


@pytest.mark.parametrize("home", ["graph", "log_analytics"])
async def test_a_change_of_the_mapping_is_told_with_who_did_it_and_ends_by_itself(tmp_path: Path, home: str) -> None:
    async with whole(tmp_path, audits=home) as scene:
        await scene.look()
        scene.tenant.beat("mapping_changed", job="Plotter")
        await look(scene, minutes=15)
        assert await rules(scene) == ["config_changed"]
        card = words(scene.card("changed the attribute mappings"))
        assert scene.tenant.admins[2]["displayName"] in card
        assert "Plotter" in card
        await look(scene, minutes=100)
        assert await rules(scene) == []


@pytest.mark.parametrize("home", ["graph", "log_analytics"])
async def test_objects_that_fail_after_a_change_say_what_was_changed_just_before(tmp_path: Path, home: str) -> None:
    async with whole(tmp_path, audits=home) as scene:
        await scene.look()
        scene.tenant.beat("mapping_changed", job="Plotter")
        await look(scene, minutes=10)
        scene.tenant.beat("fail", job="Plotter", code="MandatoryFieldsMissing", count=4)
        await look(scene, minutes=10)
        card = words(scene.card("MandatoryFieldsMissing"))
        assert "Just before" in card
        assert "changed the attribute mappings or the scope, 1" in card


async def test_the_audit_log_costs_one_call_a_minute_and_shares_graphs_limit(tmp_path: Path) -> None:
    async with whole(tmp_path, source="graph") as scene:
        await scene.look()
        before = scene.faults.count("reports", "directoryAudits")
        for _ in range(30):
            await scene.look(seconds=10)
        assert 4 <= scene.faults.count("reports", "directoryAudits") - before <= 6
        assert scene.bot.health.problems() == []


async def test_a_secret_that_ends_in_twelve_days_is_told_until_there_is_a_new_one(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        await scene.look()
        scene.tenant.beat("secret_ends", job="Workday", days=12)
        await scene.look(seconds=3700)
        assert await rules(scene) == ["credential_expiring"]
        assert "within 14 days" in words(scene.card("expires soon"))
        scene.tenant.beat("secret_renewed", job="Workday")
        await scene.look(seconds=3700)
        assert await rules(scene) == []


async def test_a_revoked_credential_is_found_before_the_cycle_that_would_run_into_it(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        for _ in range(20):
            await scene.look(seconds=60)
        job = scene.tenant.job("Slackline")
        job.next_at = None  # its next cycle is far away
        scene.tenant.beat("credential_revoked", job="Slackline")
        await look(scene, minutes=90)
        assert await rules(scene) == ["credential_invalid"]
        assert "are refused" in words(scene.card("Slackline"))
        scene.tenant.beat("credential_restored", job="Slackline")
        await look(scene, minutes=90)
        assert await rules(scene) == []


async def test_a_token_that_somebody_dated_in_chat_is_told_of_in_time(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        await scene.look()
        day = f"{scene.clock().replace(hour=0):%Y-%m-%d}"
        assert "is noted" in words(await scene.say(f"token plotter {day}"))
        await scene.look(seconds=60)
        assert await rules(scene) == ["credential_expiring"]
        assert "SCIM token of Plotter" in words(scene.card("SCIM token"))
        assert "is not a date" in words(await scene.say("token plotter tomorrow"))
        assert "is forgotten" in words(await scene.say("token plotter none"))
        await scene.look(seconds=60)
        assert await rules(scene) == []


@pytest.mark.parametrize(
    ("fault", "title"),
    [
        (Fault(area="reports", kind="status", status=403, times=0, match="directoryAudits"), "audit log"),
        (Fault(area="logs", kind="status", status=503, times=0), "provisioning log"),
        (Fault(area="graph", kind="status", status=503, times=0, match="validateCredentials"), "Credentials cannot"),
    ],
)
async def test_a_source_that_is_gone_is_told_of_and_is_over_when_it_answers(
    tmp_path: Path, fault: Fault, title: str
) -> None:
    async with whole(tmp_path) as scene:
        await scene.look()
        scene.faults.add(fault)
        for _ in range(8):
            await scene.look(seconds=61)
        assert await rules(scene) == ["source_failing"]
        assert str(fault.status) in words(scene.card(title))
        scene.faults.clear()
        await look(scene, minutes=10)
        assert await rules(scene) == []


async def test_while_the_audit_log_is_gone_what_rests_on_it_stays(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        await scene.look()
        scene.tenant.beat("mapping_changed", job="Plotter")
        await look(scene, minutes=5)
        scene.faults.add(Fault(area="reports", kind="status", status=503, times=0, match="directoryAudits"))
        await look(scene, minutes=120)
        assert await rules(scene) == ["config_changed", "source_failing"]


@pytest.mark.parametrize(
    ("beat", "says"),
    [
        ("group_deleted", "is gone"),
        ("group_emptied", "has no members any more"),
        ("group_renamed", "has another name"),
    ],
)
async def test_a_group_in_the_scope_of_jobs_that_is_no_longer_what_it_was_is_one_incident(
    tmp_path: Path, beat: str, says: str
) -> None:
    async with whole(tmp_path) as scene:
        await every_job_was_looked_at(scene)
        scene.tenant.beat(beat)
        await every_job_was_looked_at(scene)
        assert await rules(scene) == ["group_scope"]
        card = words(scene.card(says))
        assert "Workday to Entra ID" in card
        assert "Plotter" in card
        scene.tenant.beat("groups_restored")
        await every_job_was_looked_at(scene)
        assert await rules(scene) == []
