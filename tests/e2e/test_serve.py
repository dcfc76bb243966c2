"""`app.py serve` when something is wrong: one clear sentence, exit code 2 or a failing readiness, never a traceback."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest

from sandbox.faults import Fault, Faults
from sandbox.home import free_port
from sandbox.server import Sandbox
from sandbox.tenant import Tenant

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
                await asyncio.to_thread(self._breathe)

    @staticmethod
    def _breathe() -> None:
        # Another process cannot be waited for by an event; a blocking wait on a socket that nobody writes to is a pause.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as quiet:
            quiet.bind(("127.0.0.1", 0))
            quiet.settimeout(0.1)
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


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Sandbox]:
    tenant = Tenant(story="quiet")
    async with Sandbox(tenant, Faults(tenant.clock), folder=tmp_path) as box:
        yield box


async def ended(folder: Path, settings: dict[str, str]) -> Ended:
    bot = Serving(settings)
    await bot.start(folder)
    return await bot.end()


async def unready(box: Sandbox, folder: Path, words: str, **settings: str) -> str:
    """Start with settings that are wrong somewhere; what /readyz says, after the bot ended in good order."""
    bot = Serving(box.environment() | {"WATCH_SECONDS": "1", "JOBS_SECONDS": "1"} | settings)
    await bot.start(folder)
    said = await bot.problem(words)
    end = await bot.stop()
    assert end.code == 0
    assert "Traceback" not in end.said
    assert box.tenant.app_secret not in end.said
    return said


async def test_without_settings_it_says_which_are_missing_and_what_they_are_for(tmp_path: Path) -> None:
    end = await ended(tmp_path, {})
    assert end.code == 2
    assert "TENANT_ID is missing: Id of the Entra tenant" in end.said
    assert "APP_SECRET is missing" in end.said
    assert "Traceback" not in end.said


async def test_a_port_in_use_is_said(box: Sandbox, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        end = await ended(tmp_path, box.environment() | {"PORT": str(taken.getsockname()[1])})
    assert end.code == 2
    assert "cannot listen on HOST 127.0.0.1, PORT" in end.said
    assert end.said.count("127.0.0.1") == end.said.count("address") == 1, "and nothing is said twice"
    assert "Traceback" not in end.said


async def test_a_database_that_cannot_be_opened_is_said(box: Sandbox, tmp_path: Path) -> None:
    end = await ended(tmp_path, box.environment() | {"DATABASE_URL": "sqlite:////nowhere/at/all.db"})
    assert end.code == 2
    assert "DATABASE_URL cannot be opened" in end.said
    assert "Traceback" not in end.said


async def test_a_certificate_file_that_is_not_there_is_said(box: Sandbox, tmp_path: Path) -> None:
    end = await ended(tmp_path, box.environment() | {"CA_FILE": str(tmp_path / "none.pem")})
    assert end.code == 2
    assert "CA_FILE" in end.said
    assert "Traceback" not in end.said


async def test_a_healthy_tenant_makes_it_ready(box: Sandbox, tmp_path: Path) -> None:
    await unready(box, tmp_path, "ready")


async def test_a_graph_that_cannot_be_reached_is_said(box: Sandbox, tmp_path: Path) -> None:
    said = await unready(box, tmp_path, "reached", GRAPH_URL=f"https://localhost:{free_port()}/v1.0", SOURCES="graph")
    assert "Graph" in said


async def test_a_wrong_secret_is_said_and_not_shown(box: Sandbox, tmp_path: Path) -> None:
    said = await unready(box, tmp_path, "APP_SECRET is wrong", APP_SECRET="not-the-secret")
    assert "not-the-secret" not in said


async def test_a_workspace_without_permission_is_said_with_the_role_that_is_missing(
    box: Sandbox, tmp_path: Path
) -> None:
    box.faults.add(Fault(area="logs", kind="status", status=403, times=0))
    await unready(box, tmp_path, "Log Analytics Reader")


async def test_a_tenant_that_does_not_exist_is_said(box: Sandbox, tmp_path: Path) -> None:
    await unready(box, tmp_path, "TENANT_ID is not a tenant", TENANT_ID="00000000-0000-4000-8000-000000000000")
