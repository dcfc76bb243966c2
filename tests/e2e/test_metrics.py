"""/metrics over the whole way: what happened is what Prometheus reads."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event

from bot.metered import looking, outcome
from bot.metrics import Metrics
from bot.ports import StoreDown
from sandbox.faults import Fault
from tests.support.whole import Whole, whole

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def read(scene: Whole) -> Samples:
    """Every sample by its name and labels, as Prometheus' own parser reads them."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{scene.door.bot_url.removesuffix('/api/messages')}/metrics") as answer,
    ):
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        families = list(text_string_to_metric_families(await answer.text()))
    assert [family.name for family in families if not family.documentation] == []
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value for each in families for sample in each.samples
    }


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples.get((name, frozenset(labels.items())), 0)


@pytest.mark.parametrize("source", ["graph", "log_analytics"])
async def test_rows_calls_incidents_and_deliveries_are_counted(tmp_path: Path, source: str) -> None:
    async with whole(tmp_path, source=source) as scene:
        await scene.look()
        scene.tenant.beat("proxy_conflict", count=3)
        scene.tenant.beat("credential_expires", job="Workday")
        await scene.look(seconds=60)
        await scene.look(seconds=60)
        found = await read(scene)
        assert value(found, "syncwatch_rows_total", source=source) >= 3
        assert value(found, "syncwatch_source_up", source=source) == 1
        assert value(found, "syncwatch_lag_seconds", source=source) > 0
        for api in {"graph", "teams", source}:
            assert value(found, "syncwatch_api_calls_total", api=api, outcome="ok") > 0
        assert value(found, "syncwatch_open_incidents", rule="quarantine", severity="high") == 1
        assert value(found, "syncwatch_deliveries_total", outcome="sent") == 2
        assert [key for key in found if key[0] == "syncwatch_undelivered"] == []


async def test_what_fails_is_counted_by_how_it_failed(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        await scene.look()
        for area, status in (("graph", 429), ("logs", 403), ("door", 503)):
            scene.faults.add(Fault(area=area, kind="status", status=status, times=0))
        scene.tenant.beat("proxy_conflict", count=3)
        await scene.look(seconds=60)
        scene.faults.clear()
        scene.faults.add(Fault(area="door", kind="status", status=503, times=0))
        await scene.look(seconds=90)
        found = await read(scene)
        assert value(found, "syncwatch_api_calls_total", api="graph", outcome="throttled") > 0
        assert value(found, "syncwatch_api_calls_total", api="log_analytics", outcome="refused") > 0
        assert value(found, "syncwatch_api_calls_total", api="teams", outcome="failed") > 0
        assert value(found, "syncwatch_deliveries_total", outcome="retried") > 0
        assert value(found, "syncwatch_undelivered", kind="card", state="waiting") == 1


async def test_a_source_that_fails_is_down_and_a_card_that_teams_refuses_is_dead(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        await scene.look()
        scene.faults.add(Fault(area="door", kind="status", status=400, times=0))
        scene.tenant.beat("proxy_conflict", count=3)
        await scene.look(seconds=60)
        scene.faults.add(Fault(area="logs", kind="drop", times=0))
        await scene.look(seconds=60)
        found = await read(scene)
        assert value(found, "syncwatch_source_up", source="log_analytics") == 0
        assert value(found, "syncwatch_api_calls_total", api="log_analytics", outcome="unreachable") > 0
        assert value(found, "syncwatch_deliveries_total", outcome="dead") > 0
        assert value(found, "syncwatch_undelivered", kind="card", state="dead") == 1


async def test_broken_rows_are_counted_by_why_and_told_by_the_check_up(tmp_path: Path) -> None:
    async with whole(tmp_path, source="graph") as scene:
        scene.tenant.wild.entries += [{"id": "a", "jobId": "j"}, ["no", "object"], {"id": "b", "jobId": 7}]
        await scene.look()
        await scene.look(seconds=60)
        found = await read(scene)
        assert value(found, "syncwatch_broken_rows_total", source="graph", reason="missing_field") == 1
        assert value(found, "syncwatch_broken_rows_total", source="graph", reason="not_json") == 1
        assert value(found, "syncwatch_broken_rows_total", source="graph", reason="wrong_type") == 1
        told = [each.text for each in await scene.bot.examine() if each.topic == "Broken rows"]
        assert len(told) == 3
        assert any("a needed field is missing" in text and "activityDateTime" in text for text in told)


async def test_without_a_database_the_metrics_say_so_and_what_was_counted_goes_on(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        await scene.look()
        before = await read(scene)
        assert value(before, "syncwatch_database_up") == 1
        async with without_database(scene):
            found = await read(scene)
        assert value(found, "syncwatch_database_up") == 0
        looked_up = {"syncwatch_open_incidents", "syncwatch_undelivered", "syncwatch_lease_epoch"}
        assert {name for name, _ in found} & looked_up == set()
        assert value(found, "syncwatch_source_up", source="log_analytics") == 1
        assert value(found, "syncwatch_api_calls_total", api="graph", outcome="ok") > 0
        assert value(await read(scene), "syncwatch_database_up") == 1


async def test_what_cannot_be_written_down_is_named_by_readyz_until_it_can(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        await scene.look()
        assert await ready(scene) == (200, [])
        scene.tenant.beat("proxy_conflict", count=3)
        scene.clock.turn(seconds=60)
        await scene.bot.watcher.tick()
        with locked(scene), pytest.raises(StoreDown):
            await scene.bot.deliverer.deliver()
        problem = "The bot's database does not answer: database is locked."
        assert scene.bot.deliverer.problem == problem
        assert await ready(scene) == (503, [problem])
        scene.clock.turn(seconds=10)
        await scene.deliver()
        assert await ready(scene) == (200, [])


async def ready(scene: Whole) -> tuple[int, list[str]]:
    """What an orchestrator is told."""
    async with aiohttp.ClientSession() as session, session.get(f"{scene.url}/readyz") as answer:
        return answer.status, (await answer.json()).get("problems", [])


@asynccontextmanager
async def without_database(scene: Whole) -> AsyncGenerator[None]:
    """Its file is not where it was."""
    file = scene.folder / "bot.db"
    await scene.bot.store.close()
    file.rename(scene.folder / "elsewhere")
    file.mkdir()
    try:
        yield
    finally:
        file.rmdir()
        (scene.folder / "elsewhere").rename(file)


@contextmanager
def locked(scene: Whole) -> Generator[None]:
    """Somebody else holds the lock that a writer needs; the bot waits for it no longer than a moment."""

    def impatient(connection: Any, *_: object) -> None:
        connection.execute("PRAGMA busy_timeout=20").close()

    engine = scene.bot.store.home.engine.sync_engine
    event.listen(engine, "checkout", impatient)
    other = sqlite3.connect(scene.folder / "bot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()
        event.remove(engine, "checkout", impatient)


def test_a_look_is_timed_and_one_that_ends_in_a_fault_is_counted() -> None:
    metrics = Metrics()
    with looking(metrics, "logs"):
        pass
    with pytest.raises(RuntimeError), looking(metrics, "logs"):
        raise RuntimeError
    assert metrics.registry.get_sample_value("syncwatch_look_seconds_count", {"look": "logs"}) == 2
    assert metrics.registry.get_sample_value("syncwatch_looks_failed_total", {"look": "logs"}) == 1


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (0, "unreachable"),
        (200, "ok"),
        (204, "ok"),
        (401, "refused"),
        (404, "rejected"),
        (429, "throttled"),
        (500, "failed"),
    ],
)
def test_the_status_of_an_answer_says_what_became_of_a_call(status: int, word: str) -> None:
    assert outcome(status) == word
