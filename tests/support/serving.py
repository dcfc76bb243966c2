"""`app.py serve` in a process of its own, as it runs in production."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp

from sandbox.home import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 120
"""Seconds after which something hangs; a busy machine is not in a hurry."""


class Ended(NamedTuple):
    code: int
    said: str


class Serving:
    """The bot in a process of its own."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.port = int(settings.get("PORT") or free_port())
        plain = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "SYSTEMROOT", "LANG"}}
        self._environment = plain | settings | {"PORT": str(self.port), "HOST": "127.0.0.1"}
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, folder: Path) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "ignore", str(ROOT / "app.py"), "serve"),
            cwd=folder,
            env=self._environment,
            stderr=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )

    async def problem(self, words: str) -> str:
        """Wait until /readyz gives a problem with these words."""
        async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.get(f"http://127.0.0.1:{self.port}/readyz") as response:
                        said = " ".join((await response.json()).get("problems", ["ready"]))
                        if words in said:
                            assert response.status == (200 if words == "ready" else 503)
                            return said
                except aiohttp.ClientError:
                    pass
                assert self._process is None or self._process.returncode is None, (await self.end()).said
                await asyncio.to_thread(self._breathe)

    async def leads(self) -> bool:
        """Whether this replica says that it leads; False also where it says nothing."""
        brief = aiohttp.ClientTimeout(total=0.3)
        try:
            async with (
                aiohttp.ClientSession(timeout=brief) as session,
                session.get(f"http://127.0.0.1:{self.port}/readyz") as response,
            ):
                said: dict[str, Any] = await response.json()
                return said.get("role") == "leader"
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def answers(self) -> None:
        """Wait until it answers at all."""
        brief = aiohttp.ClientTimeout(total=1)
        async with asyncio.timeout(PATIENCE), aiohttp.ClientSession(timeout=brief) as session:
            while True:
                try:
                    async with session.get(f"http://127.0.0.1:{self.port}/healthz"):
                        return
                except (aiohttp.ClientError, TimeoutError):
                    await self.breathe()

    async def kill(self) -> None:
        """kill -9; nothing where it has ended."""
        assert self._process
        if self._process.returncode is None:
            self._process.kill()
        await self._process.communicate()

    def signal(self, number: int) -> None:
        assert self._process
        self._process.send_signal(number)

    async def breathe(self) -> None:
        await asyncio.to_thread(self._breathe)

    @staticmethod
    def _breathe() -> None:
        # Another process cannot be waited for by an event; a blocking wait on a socket that nobody writes to is a pause.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as quiet:
            quiet.bind(("127.0.0.1", 0))
            quiet.settimeout(0.05)
            try:
                quiet.recv(1)
            except TimeoutError:
                return

    async def end(self) -> Ended:
        assert self._process
        _, said = await asyncio.wait_for(self._process.communicate(), PATIENCE)
        return Ended(self._process.returncode or 0, said.decode())

    async def stop(self) -> Ended:
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        return await self.end()
