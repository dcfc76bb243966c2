"""The check-up while a log cannot be read: the bot that looks and whoever asks from outside say the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.model import Grade
from sandbox.faults import Fault
from tests.e2e.test_doctor import faults, told
from tests.support.whole import Whole, whole


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Whole]:
    async with whole(tmp_path) as everything:
        yield everything


async def test_a_log_that_is_looked_into_and_cannot_be_read_is_said_of_the_watch(scene: Whole) -> None:
    await scene.look()
    await scene.look(seconds=10)
    scene.faults.add(Fault(area="logs", kind="status", status=503, times=0))
    await scene.look(seconds=30)
    assert "Watch" not in await faults(scene), "one look that failed"
    await scene.look(seconds=90)
    said = (await faults(scene))["Watch"]
    assert said.startswith("The logs were looked into 0 s ago, but nothing was read of log_analytics since ")
    assert said.endswith(" UTC: see Sources.")
    scene.faults.clear()
    await scene.look(seconds=120)
    found = await scene.bot.examine()
    assert told(found, Grade.WELL)["Watch"] == "The logs were looked into 0 s ago."
    assert "answered 0 s ago" in told(found, Grade.WELL)["Sources"]


async def test_where_no_bot_runs_graphs_log_is_asked_and_that_it_is_busy_is_no_fault(tmp_path: Path) -> None:
    kept: dict[str, Any] = {"workspace_id": "", "archive_file": tmp_path / "archive.duckdb"}
    async with whole(tmp_path, source="graph", **kept) as scene:
        assert "Sources" not in await faults(scene)
        for status, fails in ((503, True), (429, False)):
            scene.faults.clear()
            scene.faults.add(Fault(area="reports", kind="status", status=status, times=0))
            said = (await faults(scene)).get("Sources", "")
            assert said.startswith("graph fails: ") is fails
            assert said.endswith("It was never read.") is fails
