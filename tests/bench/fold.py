"""How fast the watch folds rows, judges and commits, from 10,000 rows to a million: `python -m tests.bench.fold`, JSON lines.

The rows are made in memory, a million a day: 500 jobs, objects with two rows each, two per cent of them failing; and a
storm, in which all fail. A first look opens an incident for each job, and is told by itself. Each size is measured in a
process of its own; the time that the making takes is left out, and the peak of memory is the process's.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from bot.adapters.store import Store
from bot.health import Health
from bot.model import ProvisioningEvent
from bot.model.routes import Route
from bot.ports import Batch
from bot.watch import Watcher
from tests.bench.telling import QUICK, peak_megabytes, tell
from tests.support.make import CHANNEL, NOON
from tests.support.talk import KnownJobs

SIZES = (1_000, 10_000) if QUICK else (10_000, 100_000, 1_000_000)
BATCH = 5_000
JOBS, FAILED, ROWS_OF_AN_OBJECT = 500, 0.02, 2
CODES = ("EntryConflict", "Timeout", "MandatoryFieldsMissing")
RATE, MEGABYTES, GROWTH = 100_000, 500.0, 1.2
EVERY = int(1 / FAILED)
EVERY_ROW = timedelta(days=1) / 1_000_000


class Spent(NamedTuple):
    """Time, and CPU time of all threads."""

    seconds: float
    cpu: float

    @classmethod
    def now(cls) -> Spent:
        return cls(time.perf_counter(), time.process_time())

    def __sub__(self, other: Spent) -> Spent:
        return Spent(self.seconds - other.seconds, self.cpu - other.cpu)

    def plus(self, other: Spent) -> Spent:
        return Spent(self.seconds + other.seconds, self.cpu + other.cpu)


class Made:
    """A source of made rows. Of each `every` objects one fails; `spent` is the time, and CPU time, that making took."""

    name = "made"

    def __init__(self, rows: int, every: int) -> None:
        self.rows, self.every, self.spent = 0, every, Spent(0.0, 0.0)
        self._objects = rows // ROWS_OF_AN_OBJECT

    async def read(self, cursor: str, now: datetime) -> AsyncIterator[Batch]:
        for start in range(int(cursor or 0), self.rows, BATCH):
            began, end = Spent.now(), min(start + BATCH, self.rows)
            events = tuple(self._row(number) for number in range(start, end))
            self.spent = self.spent.plus(Spent.now() - began)
            yield Batch(events=events, cursor=str(end))

    def _row(self, number: int) -> ProvisioningEvent:
        """A row of each job's first object, which fails; then one of each object, and another of each."""
        who = number if number < JOBS else number * 7919 % self._objects
        job, ill = who % JOBS, who // JOBS % self.every == 0
        return ProvisioningEvent(
            id=f"{number:08x}-0000-4000-8000-000000000000",
            at=NOON + EVERY_ROW * number,
            job_id=f"Salesforce.{job:032x}.00000000-0000-4000-8000-000000000000",
            object_id=f"{who:08x}-1111-4111-8111-111111111111",
            object_type="User",
            object_name=f"Person {who}",
            action="update",
            status="failure" if ill else "success",
            error_code=f"Salesforce{CODES[job % len(CODES)]}" if ill else "",
            reason=f"The value 'person.{who}@contoso.com' of userName is in use." if ill else "",
            step="export" if ill else "",
            cycle_id=f"{number // 1000:08x}-2222-4222-8222-222222222222",
            change_id=f"{number:08x}-3333-4333-8333-333333333333",
            app_name=f"Salesforce {job}",
        )


async def measure(rows: int, every: int, folder: Path) -> dict[str, Any]:
    """A tick that opens the incidents, one over so many new rows, and one with nothing new."""
    store = await Store.open(f"sqlite:///{(folder / 'bench.db').as_posix()}")
    async with store.begin() as tx:
        await tx.conversations.save(CHANNEL)
        await tx.routes.add(Route(to=CHANNEL.id))
    source, jobs = Made(rows, every), KnownJobs([])
    now = NOON + EVERY_ROW * (JOBS + rows)
    watcher = Watcher(store=store, jobs=jobs, sources=[source], now=lambda: now, health=Health({}, lambda: now))

    async def tick(up_to: int) -> Spent:
        source.rows, source.spent, began = up_to, Spent(0.0, 0.0), Spent.now()
        await watcher.tick()
        return Spent.now() - began - source.spent

    opening, whole, idle = await tick(JOBS), await tick(JOBS + rows), await tick(JOBS + rows)
    async with store.look() as tx:
        failing = len(await tx.ledger.open_objects())
    await store.close()
    return {
        "rows": rows,
        "failing_objects": failing,
        "seconds": round(whole.seconds, 3),
        "cpu_seconds": round(whole.cpu, 3),
        "rows_per_second": round(rows / whole.seconds),
        "peak_rss_mb": round(peak_megabytes(), 1),
        "opening_500_incidents_s": round(opening.seconds, 3),
        "tick_with_nothing_new_s": round(idle.seconds, 3),
    }


def main() -> None:
    found = [measured(rows, EVERY) for rows in SIZES]
    for one in found[:-1]:
        tell(bench="fold", **one)
    most = found[-1]
    met = most["rows_per_second"] >= RATE and most["peak_rss_mb"] <= MEGABYTES
    tell(bench="fold", **most, at_least=RATE, at_most_mb=MEGABYTES, met=met)
    for small, large in pairwise(found):
        growth = (large["cpu_seconds"] / small["cpu_seconds"]) / (large["rows"] / small["rows"])
        sizes = f"{small['rows']} to {large['rows']}"
        tell(bench="fold", growth=sizes, times_linear_cpu=round(growth, 2), at_most=GROWTH, met=growth <= GROWTH)
    tell(bench="fold", what="a storm: every row failed", **measured(SIZES[1], 1))


def measured(rows: int, every: int) -> dict[str, Any]:
    """One size, in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.fold", str(rows), str(every)]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


async def measure_here(rows: int, every: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(await measure(rows, every, Path(folder))))


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    asyncio.run(measure_here(*numbers)) if numbers else main()
