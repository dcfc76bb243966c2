"""How soon `app.py serve` is ready on the sandbox and what it weighs, and how soon the whole sandbox is up: JSON lines.

`python -m tests.bench.start [--quick]`. Ready is the first 200 of /readyz: every source has answered. The bot looks ten
times as often as it would, so that a minute's looks pass in six seconds; and the sandbox's Graph does not throttle,
because to it one start after the other is one busy application.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import aiohttp
import psutil

from sandbox.child import Child
from sandbox.home import free_port
from sandbox.node import ROOT
from sandbox.server import Sandbox
from sandbox.tenant import Tenant
from tests.bench.telling import QUICK, tell, told
from tests.support.sandbox_process import sandbox_process

TIMES = 1 if QUICK else 5
SECONDS, MEGABYTES, SANDBOX_SECONDS = 1.5, 120.0, 5.0
A_MINUTE = {"WATCH_SECONDS": "1", "JOBS_SECONDS": "3"}, 6.0
"""Settings, and the seconds in which as many looks pass as in a minute by the settings' defaults."""


class Start(NamedTuple):
    """One start: seconds until it was ready, megabytes then, and megabytes after a minute's looks."""

    ready_s: float
    rss_mb: float
    rss_after_a_minute_mb: float


async def serve(box: Sandbox, folder: Path, source: str, database: Path) -> Start:
    """Start the bot, wait until it is ready, let it watch, and stop it."""
    port, (looks, minute) = free_port(), A_MINUTE
    mine = {"HOST": "127.0.0.1", "PORT": str(port), "SOURCES": source}
    settings = box.environment() | mine | looks | {"DATABASE_URL": f"sqlite:///{database.as_posix()}"}
    began = time.perf_counter()
    command = [sys.executable, ROOT / "app.py", "serve"]
    async with Child(command, log=folder / "bot.log", cwd=folder, environment=settings) as bot:
        await ready(f"http://127.0.0.1:{port}/readyz")
        seconds, at_once = time.perf_counter() - began, megabytes(bot)
        await asyncio.sleep(minute)
        return Start(seconds, at_once, megabytes(bot))


def megabytes(bot: Child) -> float:
    return psutil.Process(bot.pid).memory_info().rss / 2**20


async def ready(url: str) -> None:
    async with aiohttp.ClientSession() as client:
        while True:
            try:
                async with client.get(url) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.01)


async def sandbox(folder: Path) -> float:
    """Seconds from `python app.py sandbox` to its screen."""
    began = time.perf_counter()
    async with sandbox_process(folder) as running:
        await running.up()
        return time.perf_counter() - began


async def measure(folder: Path, source: str) -> None:
    """Several starts with a database of each kind; the first start is not counted, it warms the sandbox up."""
    async with Sandbox(Tenant(), folder=folder, throttle=False) as box:
        existing = folder / f"{source}.db"
        await serve(box, folder, source, existing)
        kept = [await serve(box, folder, source, existing) for _ in range(TIMES)]
        fresh = [await serve(box, folder, source, folder / f"{source}-{n}.db") for n in range(TIMES)]
    for database, starts in (("existing", kept), ("fresh", fresh)):
        for what, figures, target in zip(
            Start._fields, zip(*starts, strict=True), (SECONDS, MEGABYTES, MEGABYTES), strict=True
        ):
            tell(bench="start", source=source, database=database, what=what, **told(figures, at_most=target))


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        for source in ("log_analytics", "graph"):
            await measure(Path(name), source)
        up = [await sandbox(Path(name)) for _ in range(TIMES)]
        tell(bench="start", what="sandbox_up_s", **told(up, at_most=SANDBOX_SECONDS))


if __name__ == "__main__":
    asyncio.run(main())
