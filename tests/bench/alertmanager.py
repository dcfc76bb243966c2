"""Debian's prometheus-alertmanager beside what is measured: started, configured and fed, where it is installed.

It is asked over TLS, as the bot asks its logs. A group is a job and a cause; the call to the webhook names one alert of the
group and counts the rest, because that is what the bot's call does.
"""

from __future__ import annotations

import asyncio
import shutil
import ssl
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import trustme
from aiohttp import ClientError, ClientSession, TCPConnector

from sandbox.home import free_port
from tests.bench.telling import tell

NAME = "prometheus-alertmanager"
_CONFIG = """
route:
  receiver: desk
  group_by: [job, cause]
  group_wait: {wait:.0f}ms
  group_interval: 1h
  repeat_interval: 24h
receivers:
- name: desk
  webhook_configs:
  - url: {url}/told
    send_resolved: false
    max_alerts: 1
"""


class Alertmanager:
    """One that runs."""

    def __init__(self, port: int, client: ClientSession, process: psutil.Process) -> None:
        self._url, self._client, self._process = f"https://localhost:{port}", client, process

    @property
    def cpu(self) -> float:
        """Seconds of both kinds, since it was started."""
        times = self._process.cpu_times()
        return times.user + times.system

    @property
    def peak_megabytes(self) -> float:
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 2**10

    async def post(self, body: bytes) -> None:
        headers = {"Content-Type": "application/json"}
        async with self._client.post(f"{self._url}/api/v2/alerts", data=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()

    async def post_all(self, bodies: Sequence[bytes], at_once: int = 4) -> None:
        """All of them, over several connections."""
        left = iter(bodies)

        async def some() -> None:
            for body in left:
                await self.post(body)

        await asyncio.gather(*(some() for _ in range(at_once)))

    async def ready(self) -> None:
        while self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE:
            try:
                async with self._client.get(f"{self._url}/-/ready") as answer:
                    if answer.status == 200:
                        return
            except ClientError:
                pass
            await asyncio.sleep(0.05)
        raise RuntimeError(f"{NAME} has ended as soon as it was started.")


def is_installed(bench: str) -> bool:
    """Whether there is one; says so where there is none."""
    found = shutil.which(NAME) is not None
    if not found:
        tell(bench=bench, missing=NAME, install=f"apt-get install {NAME}")
    return found


@asynccontextmanager
async def alertmanager(folder: Path, webhook: str, *, group_wait: float) -> AsyncGenerator[Alertmanager]:
    """One that tells a webhook, alone on this machine, in a folder of its own."""
    port, context = free_port(), _prepared(folder, webhook, group_wait)
    command = (
        *(NAME, f"--config.file={folder / 'config.yml'}", f"--storage.path={folder / 'data'}"),
        *(f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=", "--log.level=error"),
        f"--web.config.file={folder / 'web.yml'}",
    )
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    try:
        async with ClientSession(connector=TCPConnector(ssl=context)) as client:
            running = Alertmanager(port, client, psutil.Process(process.pid))
            await running.ready()
            yield running
    finally:
        process.terminate()
        await process.wait()


def _prepared(folder: Path, webhook: str, group_wait: float) -> ssl.SSLContext:
    """Write down what it is to do, and have it serve over TLS; what its clients are to trust."""
    folder.mkdir()
    (folder / "config.yml").write_text(_CONFIG.format(wait=group_wait * 1_000, url=webhook))
    authority = trustme.CA()
    mine = authority.issue_cert("localhost", "127.0.0.1")
    mine.private_key_and_cert_chain_pem.write_to_path(str(folder / "mine.pem"))
    (folder / "web.yml").write_text("tls_server_config:\n  cert_file: mine.pem\n  key_file: mine.pem\n")
    context = ssl.create_default_context()
    authority.configure_trust(context)  # pyright: ignore[reportUnknownMemberType]
    return context


def now() -> float:
    """The clock that all processes share."""
    return time.monotonic()
