"""How many messages a second the bot answers, next to bare aiohttp and to botbuilder's stock adapter: JSON lines.

`python -m tests.bench.chat`. Client, connector and bot are processes of their own. Every activity has its own id; every
connection has its own token, which it sends again and again as Teams does; "fresh" sends so many that each is validated
in full. Requests a second depend on what else the machine does; the bot's own CPU time a request hardly does.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import psutil
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.keys import ISSUER, Keys
from sandbox.login import keys_app
from tests.bench.chat_bots import APP, TENANT
from tests.bench.chat_wire import Figures, Load
from tests.bench.telling import QUICK, tell

ROOT = Path(__file__).parents[2]
STOCK = ROOT / ".syncwatch" / "bench"
CONNECTIONS, ROUNDS, SECONDS, WARM = (16, 2, 0.3, 0.3) if QUICK else (16, 10, 1.5, 1.0)
FRESH = 400
TARGETS = {"bare": 0.35, "stock": 10.0}

NAMES = {
    "bare": "bare aiohttp echo, no token looked at",
    "constant": "Teams adapter, a constant card of 3 kB",
    "commands": "Teams adapter with the bot's own chat: help",
    "fresh": "Teams adapter, a constant card, every token validated in full",
    "stock": "botbuilder's CloudAdapter, the same card",
}

Tokens = list[Callable[[], str]]


class Child(NamedTuple):
    """A process that serves."""

    port: int
    pid: int


async def main() -> None:
    """Measure all bots by turns, so that a busy moment of the machine hits none of them alone."""
    install_stock()
    async with AsyncExitStack() as stack:
        keys = Keys()
        site = TestServer(_keys_site(keys), host="127.0.0.1")
        await stack.enter_async_context(site)
        openid = str(site.make_url("/botframework/openidconfiguration"))
        connector = await stack.enter_async_context(process("tests.bench.chat_wire"))
        url = f"http://127.0.0.1:{connector.port}/"
        load = Load(activity(url))
        held: Tokens = [constant(keys.token(APP, url)) for _ in range(CONNECTIONS)]
        fresh: Tokens = [one_after_another(keys, url) for _ in range(CONNECTIONS)]
        kinds = {"bare": held, "constant": held, "commands": held, "fresh": fresh, "stock": held}
        bots = {
            kind: await stack.enter_async_context(process("tests.bench.chat_bots", kind, openid, ISSUER))
            for kind in kinds
        }
        for kind, tokens in kinds.items():
            await load.run(bots[kind].port, WARM, tokens)
        report([{kind: await measured(load, bots[kind], kinds[kind]) for kind in kinds} for _ in range(ROUNDS)])


async def measured(load: Load, bot: Child, tokens: Tokens) -> Figures:
    """One round, with the CPU time that the bot took."""
    process = psutil.Process(bot.pid)
    before = sum(process.cpu_times()[:2])
    figures = await load.run(bot.port, SECONDS, tokens)
    return figures._replace(cpu_ms=(sum(process.cpu_times()[:2]) - before) / figures.requests * 1_000)


def report(rounds: list[dict[str, Figures]]) -> None:
    """The medians of each bot, and the medians of the ratios within each round."""
    for kind, name in NAMES.items():
        fields = {
            field: round(statistics.median(getattr(each[kind], field) for each in rounds), 3)
            for field in ("requests_per_second", "p50_ms", "p99_ms", "cpu_ms")
        }
        tell(bench="chat", bot=kind, what=name, connections=CONNECTIONS, **fields)
    for kind in ("constant", "commands", "fresh"):
        for base, target in TARGETS.items():
            pairs = [(each[kind], each[base]) for each in rounds]
            ratio = round(statistics.median(one.requests_per_second / two.requests_per_second for one, two in pairs), 3)
            by_cpu = round(statistics.median(two.cpu_ms / one.cpu_ms for one, two in pairs), 3)
            tell(bench="chat", ratio=f"{kind} / {base}", value=ratio, by_cpu=by_cpu, target=target, met=ratio >= target)


def activity(service_url: str) -> dict[str, Any]:
    """The line `help` in a channel, as Teams sends it."""
    channel = "19:general@thread.tacv2"
    return {
        "type": "message",
        "timestamp": "2026-11-20T12:00:00.000Z",
        "localTimestamp": "2026-11-20T13:00:00.000+01:00",
        "channelId": "msteams",
        "serviceUrl": service_url,
        "from": {"id": "29:1ada", "name": "Ada Admin", "aadObjectId": "0c0c0c0c-0000-4000-8000-000000000003"},
        "recipient": {"id": f"28:{APP}", "name": "Syncwatch"},
        "conversation": {
            "id": f"{channel};messageid=1700",
            "conversationType": "channel",
            "isGroup": True,
            "tenantId": TENANT,
        },
        "channelData": {"tenant": {"id": TENANT}, "team": {"id": channel}, "channel": {"id": channel}},
        "textFormat": "plain",
        "text": "<at>Syncwatch</at> help",
        "entities": [
            {
                "type": "mention",
                "text": "<at>Syncwatch</at>",
                "mentioned": {"id": f"28:{APP}", "name": "Syncwatch"},
            },
            {"type": "clientInfo", "locale": "en-US", "country": "US", "platform": "Windows"},
        ],
        "locale": "en-US",
    }


def constant(token: str) -> Callable[[], str]:
    return lambda: token


def one_after_another(keys: Keys, url: str) -> Callable[[], str]:
    """More tokens than the bot remembers, over all connections, so that each is validated in full."""
    tokens = cycle([keys.token(APP, url, jti=str(uuid4())) for _ in range(FRESH)])
    return lambda: next(tokens)


@asynccontextmanager
async def process(module: str, *words: str) -> AsyncGenerator[Child]:
    """Run a module until the block ends; the first line that it prints is its port."""
    path = os.pathsep.join([str(ROOT), str(STOCK)])
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *words),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
        cwd=ROOT,
    )
    assert child.stdout is not None
    try:
        line = await child.stdout.readline()
        if not line:
            raise SystemExit(f"{module} {' '.join(words)} did not start")
        yield Child(int(line), child.pid)
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


def install_stock() -> None:
    """Put botbuilder's stock adapter beside the environment, not into it."""
    if not (STOCK / "botbuilder" / "integration").is_dir():
        wanted = Path(__file__).with_name("requirements.txt")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--require-hashes", "--target", str(STOCK), "-r", str(wanted)], check=True)


def _keys_site(keys: Keys) -> web.Application:
    site = web.Application()
    site.add_subapp("/botframework", keys_app(keys))
    return site


if __name__ == "__main__":
    asyncio.run(main())
