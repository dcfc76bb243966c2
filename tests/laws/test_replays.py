"""Replays on a real database: whatever the order, repetition, cuts and crashes, the ledger and the incidents end the same."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.store import Store, Transaction
from bot.health import Health
from bot.model import ProvisioningEvent, Value
from bot.watch import Watcher
from tests.support.fake_sources import FakeJobs, FakeSource
from tests.support.make import NOON, event, job
from tests.support.postgres import Postgres

DAYS = 30
JOBS = {"Workday.t.1": "Workday to Entra ID", "slackOutDelta.t.2": "Slack"}


class Crash(Exception):
    """The process dies."""


class Mortal:
    """A store whose process dies around its next commit but `lives`; before it, all that was done is lost."""

    def __init__(self, inner: Store, lives: int, *, before: bool) -> None:
        self._inner, self._lives, self._before = inner, lives, before
        self.look = inner.look

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[Transaction]:
        self._lives -= 1
        async with self._inner.begin() as tx:
            yield tx
            if self._lives < 0 and self._before:
                raise Crash
        if self._lives < 0:
            raise Crash


class Life(Value, frozen=True, kw_only=True):
    """One life of the process: how many rows come in it, how it reads them, and whether and where it crashes."""

    rows: int
    batch: int
    crash_after: int | None = None
    before: bool = False


def row(number: int, minute: int, ok: bool, who: str, code: str, job_id: str) -> ProvisioningEvent:
    return event(number, minute=-minute, ok=ok, object_id=who, error_code="" if ok else code, job_id=job_id)


one = st.builds(
    row,
    st.integers(0, 10_000),
    st.integers(0, DAYS * 24 * 60),
    st.booleans(),
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["ContosoEntryConflict", "Timeout", "Never heard of"]),
    st.sampled_from(list(JOBS)),
)
month = st.lists(one, unique_by=lambda each: each.id, min_size=1, max_size=40)
life = st.builds(
    Life,
    rows=st.integers(0, 15),
    batch=st.integers(1, 10),
    crash_after=st.none() | st.integers(0, 6),
    before=st.booleans(),
)


Copies = Callable[[], AbstractContextManager[str]]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def copies(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Copies:
    """Copies of a database that has its tables, so that they are made once."""
    if request.param == "postgresql":
        return _on_a_server(request.getfixturevalue("postgres_server"))
    made = tmp_path_factory.mktemp("replays") / "empty.db"
    asyncio.run(_make(f"sqlite:///{made}"))
    return lambda: _of_a_file(made)


@contextmanager
def _of_a_file(made: Path) -> Generator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{shutil.copy(made, Path(folder) / 'bot.db')}"


def _on_a_server(server: Postgres) -> Copies:
    made = server.new()
    asyncio.run(_make(made))

    @contextmanager
    def copied() -> Generator[str]:
        url = server.new(like=made)
        yield url
        server.drop(url)

    return copied


async def _make(url: str) -> None:
    await (await Store.open(url)).close()


@given(events=month, lives=st.lists(life, max_size=5), data=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_month_of_rows_ends_the_same_whatever_happens_on_the_way(
    copies: Copies, events: list[ProvisioningEvent], lives: list[Life], data: st.DataObject
) -> None:
    repeated: list[ProvisioningEvent] = data.draw(st.lists(st.sampled_from(events), max_size=15))
    shuffled: list[ProvisioningEvent] = data.draw(st.permutations([*events, *repeated]))
    last = Life(rows=len(shuffled), batch=7)
    in_order = sorted(events, key=lambda each: (each.at, each.id))
    expected = asyncio.run(lived(copies, in_order, [Life(rows=len(events), batch=1_000)]))
    assert asyncio.run(lived(copies, shuffled, [*lives, last])) == expected


async def lived(copies: Copies, rows: Sequence[ProvisioningEvent], lives: Sequence[Life]) -> tuple[Any, Any]:
    """The ledger and the open incidents after those lives on one database."""
    with copies() as url:
        arrived = 0
        for each in lives:
            arrived += each.rows
            await live(url, rows[:arrived], each)
        return await end(url)


async def live(url: str, arrived: Sequence[ProvisioningEvent], each: Life) -> None:
    """Start, look twice, and end or crash."""
    store = await Store.open(url)
    held: Any = store if each.crash_after is None else Mortal(store, each.crash_after, before=each.before)
    source = FakeSource(batch=each.batch)
    source.arrive(*arrived)
    jobs = FakeJobs([job(name, id=job_id) for job_id, name in JOBS.items()])
    health = Health({"fake": timedelta(minutes=1)}, lambda: NOON)
    watcher = Watcher(store=held, jobs=jobs, sources=[source], now=lambda: NOON, health=health)
    try:
        for _ in range(2):
            await watcher.look_at_jobs()
            await watcher.tick()
    except Crash:
        pass
    finally:
        await store.close()


async def end(url: str) -> tuple[Any, Any]:
    """All that fails and failed, and the open incidents; their numbers and times are those of the lives."""
    store = await Store.open(url)
    async with store.look() as tx:
        failed = await tx.ledger.failed_since(NOON - timedelta(days=2 * DAYS))
        failing = await tx.ledger.failing()
        incidents = {each.alert.fingerprint: (each.alert, each.evidence) for each in await tx.incidents.open()}
    await store.close()
    return (failing, failed), incidents
