"""The sandbox as a user starts it: a process of its own, its words, its end, and its control endpoint."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from sandbox.home import free_port

ROOT = Path(__file__).resolve().parent.parent.parent


class Running:
    """A sandbox process; `screen` is what it has printed so far."""

    def __init__(self, process: asyncio.subprocess.Process, port: int, folder: Path) -> None:
        self.process, self.port, self.home = process, port, folder / ".syncwatch"
        self.page = f"http://127.0.0.1:{port}/"
        self.screen = ""

    async def up(self, seconds: float = 120) -> None:
        """Wait for its screen."""
        async with asyncio.timeout(seconds):
            while "Stop" not in self.screen:
                line = await self._output.readline()
                if not line:
                    raise AssertionError(f"the sandbox ended: {self.screen}\n{await self._errors.read()!r}")
                self.screen += line.decode()

    async def stop(self, number: int = signal.SIGINT) -> tuple[int, str, str]:
        """Ask it to end as Ctrl-C does; its exit code and what it said."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.end()

    async def end(self, seconds: float = 120) -> tuple[int, str, str]:
        async with asyncio.timeout(seconds):
            output, errors = await self.process.communicate()
        return self.process.returncode or 0, self.screen + output.decode(), errors.decode()

    def family(self) -> list[psutil.Process]:
        """The process and everything it has started."""
        try:
            me = psutil.Process(self.process.pid)
            return [me, *me.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the sandbox's control endpoint."""
        facts = json.loads((self.home / "sandbox.json").read_text("utf-8"))
        url = f"{facts['control']}{path}"
        async with aiohttp.ClientSession() as client, client.request(method, url, json=body) as answer:
            answer.raise_for_status()
            return await answer.json(content_type=None)

    @property
    def _output(self) -> asyncio.StreamReader:
        assert self.process.stdout is not None
        return self.process.stdout

    @property
    def _errors(self) -> asyncio.StreamReader:
        assert self.process.stderr is not None
        return self.process.stderr


@asynccontextmanager
async def sandbox_process(folder: Path, *words: str, port: int = 0, program: str = "app.py") -> AsyncGenerator[Running]:
    """Start `python app.py sandbox` with these further words in a folder, without a terminal; it is gone afterwards."""
    port = port or free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, ROOT / program, "sandbox", "--port", str(port), *words),
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    running = Running(process, port, folder)
    try:
        yield running
    finally:
        try:
            await running.stop()
        except TimeoutError:
            for one in running.family():
                one.kill()
            await process.wait()
