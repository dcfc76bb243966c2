"""Whatever stands in a row of the log: it is used, or counted with why; nothing is fatal, nothing is silently dropped."""

from __future__ import annotations

import asyncio
import copy
import itertools
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.graph.provisioning_log import ProvisioningLog
from bot.adapters.kql.rows import provisioning
from bot.adapters.kql.tables import PROVISIONING, columns
from bot.adapters.store import Store
from bot.health import Health
from bot.model import BrokenRow, ProvisioningEvent
from bot.ports import Batch, Source
from bot.sources.graph import GraphSource
from bot.sources.log_analytics import LogAnalyticsSource
from bot.watch import Watcher
from sandbox.faults import Faults
from sandbox.server import Sandbox
from sandbox.tenant import Tenant
from tests.support.clients import graph_on, logs_on
from tests.support.fake_sources import FakeJobs
from tests.support.odd_json import MISSING, anything, in_columns, nested
from tests.support.tenant_box import Dial, make_tenant

T = TypeVar("T")
Json = dict[str, Any]


class Recorded:
    """A source, and what it has given."""

    def __init__(self, inner: Source) -> None:
        self.name = inner.name
        self.events: dict[str, ProvisioningEvent] = {}
        self.broken: list[BrokenRow] = []
        self._inner = inner

    async def read(self, cursor: str, now: datetime) -> AsyncIterator[Batch]:
        async for batch in self._inner.read(cursor, now):
            self.events |= {event.id: event for event in batch.events}
            self.broken += batch.broken
            yield batch


class Scene:
    """A watch over a real adapter, on a tenant whose log gives whatever it is told to."""

    def __init__(self, tenant: Tenant, dial: Dial, store: Store, make: Callable[[], Source]) -> None:
        self.tenant, self.dial, self.store, self.make = tenant, dial, store, make
        self.name = make().name
        self.known = {row.event["id"] for row in tenant.arrived}
        self.pattern: Json = copy.deepcopy(tenant.arrived[-1].event)
        self.numbers = itertools.count()

    async def look(self, bad: Any) -> tuple[set[str], list[BrokenRow], bool, int]:
        """Show a bad row among good ones. Ids of its events, how it was broken, whether the good came, the count kept."""
        count = await self.counted()
        before, after = self.good(f"good-{next(self.numbers)}"), self.good(f"good-{next(self.numbers)}")
        wild = self.tenant.wild.entries if self.name == "graph" else self.tenant.wild.rows
        wild[:] = [before, bad, after]
        source = Recorded(self.make())
        await self.watch(source)
        names = {row.get("id") or row["Id"] for row in (before, after)}
        events = source.events.keys() - self.known
        return events - names, source.broken, names <= events, await self.counted() - count

    async def watch(self, source: Source) -> None:
        """Two looks: what is read again is not counted again."""
        health = Health({self.name: timedelta(days=1)}, self.dial)
        watcher = Watcher(store=self.store, jobs=FakeJobs(), sources=[source], now=self.dial, health=health)
        for _ in range(2):
            self.dial.turn(seconds=11)
            await watcher.tick()
        assert health.problems() == []

    async def counted(self) -> int:
        async with self.store.look() as tx:
            return sum(each.count for each in await tx.broken.all())

    def good(self, name: str) -> Json:
        event = self.pattern | {"id": name, "activityDateTime": f"{self.dial():%Y-%m-%dT%H:%M:%SZ}"}
        if self.name == "graph":
            return event
        exported = dict(zip(columns()[PROVISIONING], provisioning(event, "w"), strict=True))
        at = f"{self.dial():%Y-%m-%dT%H:%M:%S}.0000000Z"
        return exported | {"At": at, "Ingested": at, "Steps": exported["ProvisioningSteps"]}


async def opened(name: str, folder: Path, held: AsyncExitStack) -> Scene:
    tenant, dial = make_tenant(history_hours=0.2)
    tenant.tokens.lifetime = 10**7
    for job in tenant.jobs.values():
        job.code, job.schedule, job.next_at = "Paused", "Paused", None
    dial.turn(seconds=60)
    tenant.advance()
    box = await held.enter_async_context(Sandbox(tenant, Faults(tenant.clock), folder=folder, throttle=False))
    store = await Store.open(f"sqlite:///{folder / 'bot.db'}")
    held.push_async_callback(store.close)

    def elapsed() -> float:
        return dial().timestamp()

    if name == "graph":
        client = await held.enter_async_context(graph_on(box))
        scene = Scene(tenant, dial, store, lambda: GraphSource(ProvisioningLog(client), elapsed=elapsed))
    else:
        logs = await held.enter_async_context(logs_on(box))
        scene = Scene(tenant, dial, store, lambda: LogAnalyticsSource(logs, elapsed=elapsed))
    source = Recorded(scene.make())
    await scene.watch(source)
    assert source.events.keys() <= scene.known
    assert source.broken == []
    return scene


class Running:
    """A scene in an event loop of its own, so that laws may be plain functions."""

    def __init__(self, runner: asyncio.Runner, scene: Scene) -> None:
        self.scene, self._runner = scene, runner

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    yield from running("graph", tmp_path_factory.mktemp("graph"))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    yield from running("log_analytics", tmp_path_factory.mktemp("workspace"))


def running(name: str, folder: Path) -> Iterator[Running]:
    with asyncio.Runner() as runner:
        held = AsyncExitStack()
        yield Running(runner, runner.run(opened(name, folder, held)))
        runner.run(held.aclose())


FIELDS = (
    *("id", "activityDateTime", "jobId", "cycleId", "changeId", "provisioningAction", "servicePrincipal"),
    *("sourceIdentity", "targetIdentity", "provisioningStatusInfo", "provisioningSteps", "modifiedProperties"),
)
COLUMNS = (
    *("Id", "At", "JobId", "CycleId", "ChangeId", "ProvisioningAction", "ResultType", "ResultSignature"),
    *("ResultDescription", "ProvisioningStatusInfo", "SourceIdentity", "TargetIdentity", "ServicePrincipal", "Steps"),
)


def changed(row: Json, changes: dict[str, Any]) -> Json:
    return {name: value for name, value in (row | changes).items() if value is not MISSING}


patience = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@given(changes=st.dictionaries(st.sampled_from(FIELDS), anything, min_size=1, max_size=3))
@patience
def test_an_entry_of_graph_is_used_or_counted(graph: Running, changes: dict[str, Any]) -> None:
    scene = graph.scene
    row = changed(scene.good(f"bad-{next(scene.numbers)}"), changes | {"nobodysField": next(scene.numbers)})
    accounted_for(graph, row)


@given(entry=nested)
@patience
def test_what_is_no_entry_at_all_is_counted(graph: Running, entry: Any) -> None:
    accounted_for(graph, [entry, next(graph.scene.numbers)])


@given(changes=st.dictionaries(st.sampled_from(COLUMNS), in_columns, min_size=1, max_size=3))
@patience
def test_a_row_of_the_workspace_is_used_or_counted(workspace: Running, changes: dict[str, Any]) -> None:
    scene = workspace.scene
    unique = {"CycleId": f"cycle-{next(scene.numbers)}", "ResultDescription": f"told-{next(scene.numbers)}"}
    accounted_for(workspace, changed(scene.good(f"bad-{next(scene.numbers)}") | unique, changes))


def accounted_for(running: Running, row: Any) -> None:
    """The row is an event, or broken; broken ones are counted; and the good row beside it comes through."""
    events, broken, good_came, counted = running.run(running.scene.look(row))
    assert good_came
    assert len(events) + sum(not each.used for each in broken) == 1
    assert len(broken) <= 1
    assert counted == len(broken)
