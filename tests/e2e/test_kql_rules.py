"""Rules in KQL over the whole way, with a workspace and without: the same incidents, cards and answers."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.model import Incident
from sandbox.faults import Fault
from tests.support.whole import Whole, cards_of, whole, words

ROOT = Path(__file__).parents[2]
HOMES = ["log_analytics", "graph"]
OWN = """// title: {Who} deleted reviews
// help: Somebody deletes access reviews.
// severity: high
// key: Who
// show: Who, Reviews
// frequency: 1m
// within: 4h
// persona: GRC
// do: Ask them.
AuditLogs
| where ActivityDisplayName == "Delete access review"
| extend Who = tostring(InitiatedBy.user.displayName)
| summarize Reviews = count(), TimeGenerated = max(TimeGenerated) by Who
"""


def settings(home: str, folder: Path) -> dict[str, Any]:
    """The bot's settings for one home of the logs."""
    kept: Mapping[str, Any] = {"workspace_id": "", "archive_file": folder / "logs.duckdb"} if home == "graph" else {}
    return {"source": home, "rules_off": "", **kept}


def told(incidents: list[Incident]) -> list[tuple[str, str]]:
    return sorted((each.alert.rule, each.alert.title) for each in incidents)


@pytest.mark.parametrize("home", HOMES)
async def test_an_incident_opens_shows_its_rows_grows_in_place_and_is_over_with_them(tmp_path: Path, home: str) -> None:
    async with whole(tmp_path, **settings(home, tmp_path)) as scene:
        (tmp_path / "rules" / "reviews_deleted.kql").write_text(OWN)
        await settled(scene)
        assert await scene.incidents() == []

        scene.tenant.beat("review_deleted")
        await scene.look(seconds=60)
        await scene.look(seconds=60)
        title = next(each.alert.title for each in await scene.incidents() if each.alert.rule == "reviews_deleted")
        card = scene.card(title)
        for word in ("Ask them.", "Reviews", "GRC, within 4 h"):
            assert word in words(card)
        assert len(cards_of(scene, title)) == 1

        scene.tenant.beat("review_deleted", review="Owners")
        for _ in range(3):
            await scene.look(seconds=60)
        (grown,) = cards_of(scene, title)
        (incident,) = [each for each in await scene.incidents() if each.alert.title == title]
        assert incident.evidence.sheet is not None
        assert incident.evidence.sheet.rows[0][1] == "4", "the log shows each in two categories"
        assert grown.id == card.id

        await scene.look(seconds=25 * 3600)
        for _ in range(6):
            await scene.look(seconds=300)
        assert await scene.incidents() == []
        assert "Resolved" in words(next(each for each in scene.teams.cards() if each.id == card.id))


@pytest.mark.parametrize("home", HOMES)
async def test_while_the_logs_cannot_be_read_no_incident_of_a_rule_ends(tmp_path: Path, home: str) -> None:
    async with whole(tmp_path, **settings(home, tmp_path)) as scene:
        await settled(scene)
        scene.tenant.beat("review_deleted")
        for _ in range(6):
            await scene.look(seconds=60)
        assert [each.alert.rule for each in await scene.incidents()] == ["access_review_deleted"]

        for area in ("logs", "reports", "graph"):
            scene.faults.add(Fault(area=area, kind="status", status=503, times=100_000))
        for _ in range(5):
            await scene.look(seconds=6 * 3600)
        rules = {each.alert.rule for each in await scene.incidents()}
        assert {"access_review_deleted", "source_failing"} <= rules

        scene.faults.clear()
        for _ in range(8):
            await scene.look(seconds=600)
        assert "access_review_deleted" not in {each.alert.rule for each in await scene.incidents()}


@pytest.mark.parametrize("home", HOMES)
async def test_people_ask_the_logs_and_try_rules_in_chat(tmp_path: Path, home: str) -> None:
    async with whole(tmp_path, **settings(home, tmp_path)) as scene:
        await settled(scene)
        scene.tenant.beat("review_deleted")
        for _ in range(3):
            await scene.look(seconds=60)
        answer = words(await scene.say("kql \"AuditLogs | where ActivityDisplayName has 'review' | project Result\""))
        assert "2 rows" in answer
        assert "success" in answer
        drawn = await scene.say("kql AADProvisioningLogs | summarize Rows = count() by ResultType | render piechart")
        assert "Chart.Donut" in str(drawn.card)
        for hostile in ("kql SigninLogs", "kql .show tables", 'kql externaldata(x:string)["https://example.org"]'):
            refused = words(await scene.say(hostile))
            assert "row" not in refused.lower(), refused
        tried = words(await scene.say("rule test access_review_deleted --days 2"))
        assert "It would have fired 1 time: 1 incident in all." in tried
        assert "not written in KQL" in words(await scene.say("rule test quarantine"))
        lesson = words(await scene.say("kql drop table x"))
        assert "could not be parsed at 'table'" in lesson
        assert "A query begins with a table" in lesson
        assert "kql AADProvisioningLogs | take 10" in lesson
        asked = await scene.say("kql AuditLogs | take 1", person=scene.tenant.admins[1])
        assert "for operators" in words(asked)


async def settled(scene: Whole) -> None:
    """Look until every source has answered and every rule was asked once."""
    for _ in range(5):
        await scene.look(seconds=30)


# --- A month ---------------------------------------------------------------------------------------------------------------

STORY: Mapping[int, tuple[str, dict[str, Any]]] = {
    3: ("review_deleted", {}),
    5: ("partner_edited", {}),
    9: ("fail", {"job": "Plotter", "code": "MandatoryFieldsMissing", "count": 14}),
    12: ("recover", {"job": "Plotter"}),
    15: ("pim_alert_disabled", {}),
    21: ("secret_changed", {}),
    26: ("workflow_ran", {}),
}
"""What happens on which day."""
DAYS = 30


async def pass_by(scene: Whole, *, hours: float) -> None:
    """Time passes, and then a minute in which all that has come is read and all that is due is asked."""
    scene.clock.turn(hours=hours - 1 / 60)
    await scene.bot.watcher.look_at_jobs()
    for _ in range(3):
        scene.clock.turn(seconds=20)
        await scene.bot.watcher.tick()
        await scene.bot.watcher.look_at_rules()


async def a_month(folder: Path, home: str) -> list[tuple[str, str, int, bool]]:
    """All incidents of a tenant's month: rule, title, the day on which it opened, and whether it is open still."""
    async with whole(folder, **settings(home, folder)) as scene:
        for found in list(
            scene.tenant.jobs.values()
        ):  # one that runs is as good as twelve, and a month of them would take minutes
            if "Plotter" not in found.spec.principal.name:
                scene.tenant.beat("stopped_in_portal", job=found.id)
        await settled(scene)
        began = scene.clock()
        for day, (name, more) in STORY.items():
            await pass_by(scene, hours=24 * day - (scene.clock() - began).total_seconds() / 3600)
            scene.tenant.beat(name, **more)
            await pass_by(scene, hours=1)
            await pass_by(scene, hours=25)
        await pass_by(scene, hours=24 * DAYS - (scene.clock() - began).total_seconds() / 3600)
        async with scene.bot.store.look() as tx:
            found = await tx.incidents.latest(1000)
    return sorted((each.alert.rule, each.alert.title, (each.opened_at - began).days, each.open) for each in found)


async def test_a_month_gives_the_same_incidents_with_a_workspace_and_without(tmp_path: Path) -> None:
    for home in HOMES:
        (tmp_path / home).mkdir()
    with_workspace, without = [await a_month(tmp_path / home, home) for home in HOMES]
    assert with_workspace == without
    opened = {rule for rule, *_ in without}
    assert {"access_review_deleted", "cross_tenant_partner_changed", "provisioning_failures"} <= opened
    assert {"pim_alert_disabled", "application_secret_changed", "workflow_failed"} <= opened


# --- The command line ------------------------------------------------------------------------------------------------------


async def on_the_command_line(scene: Whole, *words: str) -> tuple[int, str]:
    """`app.py rule test …` in a process of its own: how it ended, and all that it said."""
    environment = os.environ | scene.box.environment()
    command = (sys.executable, str(ROOT / "app.py"), "rule", "test", *words)
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, cwd=scene.folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_a_rule_is_tried_from_the_command_line_before_it_is_in_force(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        scene.tenant.beat("review_deleted")
        own = tmp_path / "reviews_deleted.kql"
        own.write_text(OWN)
        ended, said = await on_the_command_line(scene, "--file", str(own), "--days", "2")
        assert ended == 0, said
        assert "It would have fired 1 time: 1 incident in all." in said
        assert "Who" in said

        own.write_text(OWN.replace("AuditLogs", "SigninLogs"))
        for words, sentence in (
            (("--file", str(own)), "The table 'SigninLogs' cannot be read here"),
            (("--file", str(tmp_path / "none.kql")), "cannot be read"),
            (("no_such_rule",), "There is no rule in KQL named 'no_such_rule'"),
        ):
            ended, said = await on_the_command_line(scene, *words)
            assert (ended, "Traceback" in said) == (2, False), said
            assert sentence in said


@pytest.mark.parametrize("home", HOMES)
async def test_a_restart_that_somebody_asked_the_bot_for_is_no_incident_and_one_in_the_portal_is(
    tmp_path: Path, home: str
) -> None:
    async with whole(tmp_path, **settings(home, tmp_path)) as scene:
        await settled(scene)
        await scene.teams.press(await scene.say("restart plotter"), "confirm")
        await scene.teams.until(lambda: bool(cards_of(scene, "is restarting")))
        for _ in range(3):
            await scene.look(seconds=300)
        assert [each.alert.title for each in await scene.incidents()] == []
        assert "It would not have fired." in words(await scene.say("rule test provisioning_job_changed --days 1"))

        plotter, ada = scene.tenant.job("Plotter"), scene.tenant.admins[0]
        scene.tenant.audit(scene.clock(), "Enable/restart provisioning configuration", plotter, user=ada)
        await scene.look(seconds=300)
        await scene.look(seconds=300)
        (incident,) = await scene.incidents()
        assert incident.alert.title == "Provisioning of Plotter was restarted"
        assert ada["userPrincipalName"] in words(scene.card("Plotter was restarted"))
