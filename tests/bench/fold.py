"""How fast the watch folds rows, judges and commits, from 10,000 rows to a million: `python -m tests.bench.fold`, JSON lines.

The rows are made in memory: 500 jobs, objects with two rows each, two per cent of the rows failed. Each size is measured
in a process of its own; the time that the making takes is left out, and the peak of memory is the process's.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from bot.adapters.store import Store
from bot.health import Health
from bot.model import ProvisioningEvent
from bot.ports import Batch
from bot.watch import Watcher
from tests.bench.telling import QUICK, peak_megabytes, tell
from tests.support.make import CHANNEL, NOON

SIZES = (1_000, 10_000) if QUICK else (10_000, 100_000, 1_000_000)
BATCH = 5_000
JOBS, FAILED, ROWS_OF_AN_OBJECT = 500, 0.02, 2
CODES = ("EntryConflict", "Timeout", "MandatoryFieldsMissing")
RATE, MEGABYTES, GROWTH = 100_000, 500.0, 1.2
EVERY = int(1 / FAILED)


class Made:
    """A source of made rows; `spent` is what making them took."""

    name = "made"

    def __init__(self, rows: int) -> None:
        self.rows, self.spent = rows, 0.0

    async def read(self, cursor: str, now: datetime) -> AsyncIterator[Batch]:
        for start in range(int(cursor or 0), self.rows, BATCH):
            began = time.perf_counter()
            end = min(start + BATCH, self.rows)
            events = tuple(made(number, self.rows) for number in range(start, end))
            self.spent += time.perf_counter() - began
            yield Batch(events=events, cursor=str(end))


def made(number: int, rows: int) -> ProvisioningEvent:
    """A row; objects come round again, and those of one in fifty fail."""
    who = number * 7919 % max(1, rows // ROWS_OF_AN_OBJECT)
    job, ill = who % JOBS, who // JOBS % EVERY == 0
    return ProvisioningEvent(
        id=f"{number:08x}-0000-4000-8000-000000000000",
        at=NOON + timedelta(seconds=number * 3600 / rows),
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


class NoJobs:
    """The state of the jobs is not part of this."""

    async def list(self) -> Sequence[Any]:
        return ()


async def measure(rows: int, folder: Path) -> dict[str, Any]:
    """One tick over so many new rows, and one with nothing new."""
    store = await Store.open(f"sqlite:///{(folder / 'bench.db').as_posix()}")
    async with store.begin() as tx:
        await tx.conversations.save(CHANNEL)
        await tx.conversations.watch(CHANNEL.id, True)
    source, jobs = Made(rows), NoJobs()
    later = NOON + timedelta(hours=1)
    watcher = Watcher(store=store, jobs=jobs, sources=[source], now=lambda: later, health=Health({}, lambda: later))  # pyright: ignore[reportArgumentType]
    before = peak_megabytes()
    began = time.perf_counter()
    await watcher.tick()
    seconds = time.perf_counter() - began - source.spent
    began = time.perf_counter()
    await watcher.tick()
    idle = time.perf_counter() - began
    async with store.look() as tx:
        incidents, failing = len(await tx.incidents.open()), len(await tx.ledger.open_objects())
    await store.close()
    return {
        "rows": rows,
        "seconds": round(seconds, 3),
        "rows_per_second": round(rows / seconds),
        "next_tick_s": round(idle, 3),
        "peak_rss_mb": round(peak_megabytes(), 1),
        "rss_before_mb": round(before, 1),
        "incidents": incidents,
        "failing_objects": failing,
    }


def main() -> None:
    found: list[dict[str, Any]] = []
    for rows in SIZES:
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.fold", str(rows)], stdout=subprocess.PIPE, text=True, check=True
        )
        found.append(json.loads(done.stdout))
        met = found[-1]["rows_per_second"] >= RATE and found[-1]["peak_rss_mb"] <= MEGABYTES
        tell(bench="fold", **found[-1], at_least=RATE, at_most_mb=MEGABYTES, met=met)
    for small, large in pairwise(found):
        growth = (large["seconds"] / small["seconds"]) / (large["rows"] / small["rows"])
        tell(
            bench="fold",
            growth=f"{small['rows']} to {large['rows']}",
            times_linear=round(growth, 2),
            met=growth <= GROWTH,
        )


async def one(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(await measure(rows, Path(folder))))


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word.isdecimal()]
    asyncio.run(one(int(words[0]))) if words else main()
