"""A look over 100,000 new rows, read over HTTP from the sandbox, decoded, folded and committed: rows/s and peak memory.

`python -m tests.bench.tick [--quick]`. The bot is a process of its own, so its memory and CPU are its own; the sandbox
serves on the other core. Graph's budget for log reading is lifted, because it would be the only thing measured.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

import psutil

from app import assembled
from bot.settings import load
from sandbox.faults import Faults
from sandbox.lag import PROMPT
from sandbox.server import Sandbox
from sandbox.tenant import Tenant
from tests.bench.telling import QUICK, tell

ROWS = 5_000 if QUICK else 100_000
HOURS = 3.0


async def look() -> None:
    """Look until nothing new comes, and tell how long it took; this is the process that is measured."""
    me, paces = psutil.Process(), count(0, 1000)
    async with assembled(load(None), elapsed=lambda: float(next(paces))) as bot:
        await bot.watcher.look_at_jobs()
        began, cpu, looks, cursors = time.perf_counter(), me.cpu_times(), 0, {""}
        while True:
            await bot.watcher.tick()
            looks += 1
            async with bot.store.look() as tx:
                cursor = await tx.reading.cursor(sys.argv[2])
                failing = await tx.ledger.open_objects()
            if bot.health.problems() or looks >= MOST_LOOKS or (cursor in cursors and looks > 2):
                break
            cursors.add(cursor)
        seconds, used = time.perf_counter() - began, me.cpu_times()
        spent = used.user + used.system - cpu.user - cpu.system
        told = {"looks": looks, "failing_objects": len(failing), "problems": bot.health.problems()}
        tell(
            bench="tick",
            source=sys.argv[2],
            rows=ROWS,
            seconds=round(seconds, 2),
            rows_per_second=round(ROWS / seconds),
            bot_cpu_us_per_row=round(spent / ROWS * 1e6, 1),
            peak_rss_mb=round(peak(me), 1),
            **told,
        )


MOST_LOOKS = 12


def peak(process: psutil.Process) -> float:
    """The most memory that the process ever held, in megabytes."""
    status = Path(f"/proc/{process.pid}/status")
    if status.exists():
        line = next(line for line in status.read_text("utf-8").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return process.memory_info().rss / 2**20


async def main() -> None:
    for source in ("log_analytics", "graph"):
        tenant = Tenant(story="quiet", lag=PROMPT, history_hours=0.1)
        told = tenant.beat(
            "bulk", rows=ROWS, hours=HOURS, failures=0.02, p95=0.0, late=0.0, tail=0.0, repeats=0.0, past=True
        )
        tenant.advance()
        with tempfile.TemporaryDirectory() as folder:
            async with Sandbox(tenant, Faults(tenant.clock), throttle=False) as box:
                settings = {"DATABASE_URL": f"sqlite:///{folder}/bot.db", "SOURCES": source, "HOST": "127.0.0.1"}
                child = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "tests.bench.tick", "look", source, *(["--quick"] if QUICK else [])),
                    env={**os.environ, **box.environment(), **settings},
                )
                await child.wait()
        tell(bench="tick", source=source, expected_failing_objects=len(told["open"]))


if __name__ == "__main__":
    asyncio.run(look() if "look" in sys.argv else main())
