"""One tick over 100,000 new rows, read over HTTP from the sandbox: `python -m tests.bench.tick [--quick]`, JSON lines.

The whole way: the SDK's client, decoding, folding, commits into SQLite, judging; in the end the ledger must hold just the
objects that fail. The bot is a process of its own, so that the peak of memory and the CPU time are its own; the time holds
the sandbox's as well. Graph's budget for log reading (24 pages a minute) is switched off in the bot and in the sandbox,
and Graph's sweeps read some rows more than once.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from datetime import datetime
from itertools import count
from pathlib import Path

from bot.assembly import assembled
from bot.ports import Batch, Source
from bot.settings import Settings
from sandbox.lag import PROMPT
from sandbox.node import ROOT
from sandbox.server import Sandbox
from sandbox.tenant import Tenant
from tests.bench.telling import QUICK, peak_megabytes, tell

ROWS = 5_000 if QUICK else 100_000


class Counting:
    """A source that counts what it reads."""

    def __init__(self, source: Source) -> None:
        self.name, self.rows, self._source = source.name, 0, source

    async def read(self, cursor: str, now: datetime) -> AsyncIterator[Batch]:
        async for batch in self._source.read(cursor, now):
            self.rows += len(batch.events)
            yield batch


async def tick() -> None:
    """The bot's process: one tick with the settings of the environment, told as JSON."""
    hours = count(step=3_600)
    settings = Settings(_env_file=None)  # pyright: ignore[reportCallIssue]
    async with assembled(settings, elapsed=lambda: float(next(hours))) as bot:
        (source,) = bot.watcher._sources  # pyright: ignore[reportPrivateUsage]
        counting = Counting(source)
        bot.watcher._sources = [counting]  # pyright: ignore[reportPrivateUsage]
        began, used = time.perf_counter(), time.process_time()
        await bot.watcher.tick()
        seconds, used = time.perf_counter() - began, time.process_time() - used
        async with bot.store.look() as tx:
            failing = await tx.ledger.open_objects()
    told = {
        "rows_read": counting.rows,
        "seconds": round(seconds, 2),
        "rows_per_second": round(counting.rows / seconds),
        "rows_per_cpu_second": round(counting.rows / used),
        "peak_rss_mb": round(peak_megabytes(), 1),
        "failing": sorted(failing),
    }
    print(json.dumps(told))


async def measure(source: str, folder: Path) -> None:
    """One source: a tenant with that many rows, and the bot beside it."""
    tenant = Tenant(story="quiet", lag=PROMPT)
    bulk = tenant.beat("bulk", rows=ROWS, hours=3.0, past=True, p95=0.0, late=0.0, tail=0.0, repeats=0.0)
    async with Sandbox(tenant, folder=folder, throttle=False) as box:
        more = {"SOURCES": source, "DATABASE_URL": f"sqlite:///{(folder / source).as_posix()}.db"}
        bot = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.bench.tick", "bot"),
            cwd=ROOT,
            env={**os.environ, **box.environment(), **more},
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await bot.communicate()
    told = json.loads(said)
    whole = {tuple(each) for each in bulk["open"]} <= {tuple(each) for each in told.pop("failing")}
    tell(bench="tick", source=source, new_rows=ROWS, budget="off", **told, ledger_is_whole=whole)


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for source in ("log_analytics", "graph"):
            await measure(source, Path(folder))


if __name__ == "__main__":
    asyncio.run(tick() if "bot" in sys.argv else main())
