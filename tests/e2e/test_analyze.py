"""Downloads are judged as the watch judges the same rows: the same incidents, causes and objects, in every format."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.analyze.analysis import Analysis
from bot.analyze.decode import Wanted
from bot.analyze.fold import folded
from bot.analyze.opening import opened
from bot.analyze.reading import Reader
from bot.analyze.tell import told
from bot.model import Incident
from tests.support.downloads import PORTAL, compact, pretty, triple
from tests.support.whole import Whole, whole

Rows = Sequence[dict[str, Any]]
OF_THE_LOG = {
    *("failing_objects", "stuck_object", "failure_spike", "hidden_losses", "mass_change"),
    *("provisioning_failures", "cloud_sync_errors"),
}
"""The rules that look at nothing but rows; the others rest on what no download says."""

FORMATS: dict[str, Callable[[Path, Rows], list[Path]]] = {
    "compact JSON": compact,
    "pretty JSON": pretty,
    "CSV": triple,
    "CSV named as the portal's pages": lambda folder, rows: triple(folder, rows, names=PORTAL),
    "CSV parted by semicolons": lambda folder, rows: triple(folder, rows, delimiter=";"),
}

Found = tuple[set[tuple[str, str, str, int]], set[tuple[str, str, str]]]
"""Incidents as rule, job, cause and objects; failing objects as job, id and cause."""


async def what_happens(scene: Whole) -> None:
    """All that leaves a trace in the log: new failures, healed ones, lost members, leavers, words nobody knows."""
    await scene.look()
    scene.tenant.beat("proxy_conflict", count=12)
    scene.tenant.beat("fail", job="Plotter", code="MandatoryFieldsMissing", count=40)
    scene.tenant.beat("fail", job="Slackline", code="TooManyRequests", count=7)
    await scene.look(seconds=300)
    scene.tenant.beat("lost_members")
    scene.tenant.beat("leaves_scope", job="AD2AADProvisioning", count=2)
    scene.tenant.beat("unknown_words")
    scene.tenant.beat("bulk", rows=300, hours=0.1, past=True, p95=0.0, late=0.0, tail=0.0)
    await scene.look(seconds=300)
    scene.tenant.beat("recover", job="Plotter")
    await scene.pass_by(minutes=45)


def of_watch(incidents: Sequence[Incident], objects: Sequence[tuple[str, str, str]]) -> Found:
    seen = {
        (each.alert.rule, each.alert.job_id, each.alert.key, each.evidence.count)
        for each in incidents
        if each.alert.rule in OF_THE_LOG
    }
    return seen, {(job_id, object_id, "") for job_id, object_id, _ in objects}


def of_analysis(found: Analysis) -> Found:
    seen = {(each.rule, each.job_id, each.key, each.objects) for each in found.incidents}
    return seen, {(each.job_id, each.id, "") for each in found.objects}


async def analysed(paths: Sequence[Path], folder: Path) -> Analysis:
    """What is said of some files; `folder` is there to work in."""
    found = opened(paths, folder, partial=False)
    reader = Reader(found.downloads, Wanted(now=datetime.now(UTC)), None, partial=False)
    store, seen = await folded(reader, folder)
    analysis = await told(store, seen, reader, found.downloads)
    await store.close()
    return analysis


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rows, Found]:
    return asyncio.run(watch(tmp_path_factory.mktemp("whole")))


async def watch(folder: Path) -> tuple[Rows, Found]:
    """The rows that were written while the bot watched, and what it found in the end."""
    async with whole(folder, rules_off=()) as scene:
        await what_happens(scene)
        async with scene.bot.store.look() as tx:
            objects = await tx.ledger.open_objects()
        rows = [row.event for row in scene.tenant.arrived if not row.repeat]
        # The portal lists the newest first.
        rows.sort(key=lambda row: row["activityDateTime"], reverse=True)
        return rows, of_watch(await scene.incidents(), objects)


@pytest.fixture
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest.mark.parametrize("form", FORMATS)
async def test_a_download_gives_the_same_incidents_as_the_watch(
    form: str, watched: tuple[Rows, Found], tmp_path: Path, work: Path
) -> None:
    rows, (incidents, objects) = watched
    found = await analysed(FORMATS[form](tmp_path, rows), work)
    assert found.rows.total == len(rows)
    assert found.broken == 0
    assert found.warnings == ()
    assert of_analysis(found) == (incidents, objects)
    assert {rule for rule, *_ in incidents} >= {"failing_objects", "hidden_losses", "cloud_sync_errors"}
    assert len(objects) > 15


async def test_the_same_download_twice_changes_nothing(watched: tuple[Rows, Found], tmp_path: Path, work: Path) -> None:
    rows, (incidents, objects) = watched
    once, again = tmp_path / "once", tmp_path / "again"
    for folder in (once, again):
        folder.mkdir()
    found = await analysed([*compact(once, rows), *pretty(again, rows[::2])], work)
    assert of_analysis(found) == (incidents, objects)
    assert found.rows.total == len(rows)
    assert sum(len(ids) for ids in found.change_ids.values()) == len({row["changeId"] for row in rows})
    assert sum(each.rows for each in found.files) == len(rows) + len(rows[::2])
