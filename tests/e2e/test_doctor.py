"""The check-up: all is well on a healthy tenant, and each fault is found and told with what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.doctor import is_well
from bot.model import BrokenRow, Diagnosis, Grade, Wrong
from sandbox.faults import Fault
from tests.support.whole import Whole, whole, words


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Whole]:
    async with whole(tmp_path) as everything:
        yield everything


def told(found: Sequence[Diagnosis], grade: Grade) -> dict[str, str]:
    """The findings of a grade by topic."""
    return {each.topic: each.text for each in found if each.grade is grade}


async def faults(scene: Whole) -> dict[str, str]:
    return told(await scene.bot.examine(), Grade.FAULT)


async def test_a_healthy_bot_on_a_healthy_tenant_has_what_it_needs(scene: Whole) -> None:
    await scene.look()
    await scene.look(seconds=10)
    found = await scene.bot.examine()
    assert is_well(found), told(found, Grade.FAULT)
    good = told(found, Grade.WELL)
    for topic in ("Database", "Sign-in", "Teams' keys", "Clock", "Workspace", "Delay", "Sources", "Broken rows"):
        assert topic in good
    for permission in ("Application.Read.All", "Synchronization.Read.All", "Synchronization.ReadWrite.All"):
        assert good[permission].startswith("Given: ")
    assert good["Deliveries"] == "Everything has been delivered."
    assert good["Routes"] == "1 route to 1 receiver."


async def test_it_changes_nothing_in_the_tenant(scene: Whole) -> None:
    await scene.look()
    await scene.bot.examine()
    scene.tenant.advance()
    assert scene.tenant.actions == []


@pytest.mark.parametrize(
    ("path", "permission"),
    [
        ("/v1.0/servicePrincipals?$select=id&$top=1", "Application.Read.All"),
        ("/synchronization/jobs", "Synchronization.Read.All"),
        ("/auditLogs/directoryAudits", "AuditLog.Read.All"),
        ("/groups?", "GroupMember.Read.All"),
    ],
)
async def test_a_permission_that_is_missing_is_named_with_what_it_is_for(
    tmp_path: Path, path: str, permission: str
) -> None:
    async with whole(tmp_path) as scene:
        await scene.bot.watcher.look_at_jobs()
        scene.bot.health.failed("directory", "Unknown.")
        scene.bot.health.failed("jobs", "Unknown.")
        for area in ("graph", "reports"):
            scene.faults.add(Fault(area=area, kind="status", status=403, times=0, match=path))
        found = await faults(scene)
        assert found[permission].startswith("Missing. What it is for: ")
        assert "admin consent" in found[permission]


async def test_without_the_permission_to_write_the_bot_only_reads_which_is_worth_a_note(scene: Whole) -> None:
    await scene.look()
    scene.faults.add(Fault(area="graph", kind="status", status=403, times=0, match="validateCredentials"))
    found = await scene.bot.examine()
    assert is_well(found)
    assert "`restart`" in told(found, Grade.NOTE)["Synchronization.ReadWrite.All"]


async def test_a_graph_that_is_busy_or_away_says_nothing_about_permissions(scene: Whole) -> None:
    await scene.look()
    scene.faults.add(Fault(area="graph", kind="status", status=429, times=0, match="/groups?"))
    notes = told(await scene.bot.examine(), Grade.NOTE)
    assert notes["GroupMember.Read.All"].startswith("Not known: Microsoft Graph asks for fewer calls")


async def test_a_workspace_that_may_not_be_read_is_said_with_the_role(scene: Whole) -> None:
    await scene.look()
    scene.faults.add(Fault(area="logs", kind="status", status=403, times=0))
    await scene.look(seconds=60)
    found = await faults(scene)
    assert "Log Analytics Reader" in found["Workspace"]
    assert "log_analytics has failed" in found["Sources"]


async def test_a_clock_that_is_wrong_is_said(scene: Whole) -> None:
    scene.clock.turn(minutes=7)
    assert "ahead of Microsoft's, so tokens are refused" in (await faults(scene))["Clock"]
    scene.clock.now -= timedelta(minutes=8)
    assert "behind Microsoft's" in told(await scene.bot.examine(), Grade.NOTE)["Clock"]


async def test_cards_that_were_given_up_are_said_with_why(scene: Whole) -> None:
    await scene.look()
    scene.faults.add(Fault(area="door", kind="status", status=400, times=0))
    scene.tenant.beat("proxy_conflict", count=3)
    await scene.look(seconds=60)
    assert "1 card given up, the last because: Teams answered 400" in (await faults(scene))["Deliveries"]


async def test_what_waits_for_more_than_five_minutes_is_said_with_where_to(scene: Whole) -> None:
    await scene.look()
    scene.faults.add(Fault(area="door", kind="status", status=503, times=0))
    scene.tenant.beat("proxy_conflict", count=3)
    await scene.look(seconds=60)
    scene.clock.turn(minutes=3)
    assert "Deliveries" not in await faults(scene), "what waits for a moment is no fault"
    noted = told(await scene.bot.examine(), Grade.NOTE)["Deliveries"]
    assert noted == "1 delivery is on its way: General in Identity operations."
    scene.clock.turn(minutes=3)
    said = (await faults(scene))["Deliveries"]
    assert said.startswith("1 delivery waits for General in Identity operations, for 6 min by now, after 2 attempts: ")
    assert said.endswith("see whether Teams can be reached from here. The command undelivered lists what waits.")


async def test_a_watch_that_stands_still_for_more_than_five_minutes_is_said(scene: Whole) -> None:
    await scene.look()
    scene.clock.turn(minutes=4)
    assert told(await scene.bot.examine(), Grade.WELL)["Watch"] == "The logs were looked into 4 min ago."
    scene.clock.turn(minutes=2)
    assert (await faults(scene))["Watch"].startswith("Nobody has looked into the logs for 6 min: see what the log")
    await scene.look()
    assert "Watch" not in await faults(scene)


async def test_broken_rows_are_told_with_their_fields_and_never_with_what_stands_there(scene: Whole) -> None:
    await scene.look()
    row = BrokenRow(id="secret-id", why=Wrong.TYPE, fields=("sourceIdentity.id",))
    async with scene.bot.store.begin() as tx:
        await tx.broken.add("log_analytics", (row,), scene.clock())
    note = told(await scene.bot.examine(), Grade.NOTE)["Broken rows"]
    assert note.startswith("log_analytics: 1 row with this wrong: a field of a wrong type, 1 of them unusable")
    assert "in sourceIdentity.id" in note
    assert "secret-id" not in note


async def test_the_archive_that_the_bot_keeps_is_told_with_its_size_and_age(tmp_path: Path) -> None:
    kept: dict[str, Any] = {"workspace_id": "", "archive_file": tmp_path / "archive.duckdb"}
    async with whole(tmp_path, source="graph", **kept) as scene:
        await scene.look()
        await scene.look(seconds=10)
        good = told(await scene.bot.examine(), Grade.WELL)
        assert "MB, " in good["Archive"]
        assert "rows, the oldest" in good["Archive"]
        assert good["ProvisioningLog.Read.All"] == "Given: the provisioning log."


async def test_a_check_that_fails_in_an_unforeseen_way_is_a_finding_with_a_reference(
    scene: Whole, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken() -> datetime:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(scene.bot.teams, "server_time", broken)
    text = (await faults(scene))["Clock"]
    reference = text.removesuffix(".").split()[-1]
    assert any(reference in record.getMessage() for record in caplog.records)
    assert "hunter2" not in text


async def test_an_operator_asks_in_chat_and_a_reader_may_not(scene: Whole) -> None:
    await scene.look()
    assert "I have what I need" in words(await scene.say("doctor"))
    assert "for operators" in words(await scene.say("doctor", person=scene.tenant.admins[1]))


async def test_a_table_that_the_workspace_does_not_have_is_told(tmp_path: Path) -> None:
    async with whole(tmp_path, kql_tables="AuditLogs SecurityEvents") as scene:
        await scene.look()
        said = (await faults(scene))["Workspace"]
    assert said.startswith("KQL_TABLES names SecurityEvents, which cannot be asked: Log Analytics did not accept")
