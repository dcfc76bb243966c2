"""How soon `app.py serve` is ready on the sandbox, what it weighs then, and how soon the whole sandbox is up: JSON lines.

`python -m tests.bench.start`. Ready is the first 200 of /readyz: every source has answered.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
import psutil

from sandbox.child import Child
from sandbox.home import free_port
from sandbox.node import ROOT
from sandbox.server import Sandbox
from sandbox.tenant import Tenant
from tests.support.sandbox_process import sandbox_process

TIMES = 5
MEGABYTE = 2**20


async def serve(box: Sandbox, folder: Path) -> tuple[float, float, float]:
    """Seconds from start to ready, megabytes then, and megabytes after ten seconds of watching."""
    port = free_port()
    database = f"sqlite:///{(folder / f'{port}.db').as_posix()}"
    settings = {**box.environment(), "HOST": "127.0.0.1", "PORT": str(port), "DATABASE_URL": database}
    command = [sys.executable, ROOT / "app.py", "serve"]
    began = time.perf_counter()
    async with Child(command, log=folder / "bot.log", cwd=folder, environment=settings) as bot:
        await ready(f"http://127.0.0.1:{port}/readyz")
        seconds, process = time.perf_counter() - began, psutil.Process(bot.pid)
        at_once = process.memory_info().rss / MEGABYTE
        await asyncio.sleep(10)
        return seconds, at_once, process.memory_info().rss / MEGABYTE


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


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with Sandbox(Tenant(), folder=folder) as box:
            served = [await serve(box, folder) for _ in range(TIMES)]
        for what, figures in zip(("ready_s", "rss_mb", "rss_after_10_s_mb"), zip(*served, strict=True), strict=True):
            say("serve", what, figures)
        say("sandbox", "up_s", [await sandbox(folder) for _ in range(TIMES)])


def say(bench: str, what: str, figures: tuple[float, ...] | list[float]) -> None:
    least, most = min(figures), max(figures)
    print(json.dumps({"bench": bench, "what": what, "min": round(least, 2), "max": round(most, 2)}), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
