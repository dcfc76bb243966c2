"""How many messages a second the bot answers, next to bare aiohttp and to botbuilder's stock adapter: JSON lines.

`python -m tests.bench.chat`. Client, connector and bot are processes of their own. Every activity has its own id; every
connection has its own token, which it sends again and again as Teams does, and "fresh tokens" sends a new one each time.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiohttp.test_utils import TestServer

from sandbox.keys import ISSUER, Keys
from sandbox.login import keys_app
from tests.bench.chat_bots import APP, TENANT
from tests.bench.chat_wire import Figures, Load

ROOT = Path(__file__).parents[2]
STOCK = ROOT / ".syncwatch" / "bench"
CONNECTIONS, ROUNDS, SECONDS, WARM = 16, 5, 3.0, 1.0
FRESH = 400
TARGETS = {"bare": 0.35, "stock": 10.0}

Tokens = list[Callable[[], str]]


async def main() -> None:
    """Measure all bots by turns, so that a busy moment of the machine hits none of them alone."""
    install_stock()
    async with AsyncExitStack() as stack:
        keys = Keys()
        site = TestServer(_keys_site(keys), host="127.0.0.1")
        await stack.enter_async_context(site)
        openid = str(site.make_url("/botframework/openidconfiguration"))
        connector = await stack.enter_async_context(process("tests.bench.chat_wire"))
        url = f"http://127.0.0.1:{connector}/"
        load = Load(activity(url))
        held: Tokens = [constant(keys.token(APP, url)) for _ in range(CONNECTIONS)]
        fresh: Tokens = [one_after_another(keys, url) for _ in range(CONNECTIONS)]
        kinds = {"bare": held, "constant": held, "commands": held, "fresh": fresh, "stock": held}
        ports = {
            kind: await stack.enter_async_context(process("tests.bench.chat_bots", kind, openid, ISSUER))
            for kind in kinds
        }
        for kind, tokens in kinds.items():
            await load.run(ports[kind], WARM, tokens)
        rounds = [{kind: await load.run(ports[kind], SECONDS, kinds[kind]) for kind in kinds} for _ in range(ROUNDS)]
    report(rounds)


def report(rounds: list[dict[str, Figures]]) -> None:
    """The median round of each bot, and the median of the ratios within each round."""
    names = {
        "bare": "bare aiohttp echo, no token looked at",
        "constant": "Teams adapter, a constant card of 3 kB",
        "commands": "Teams adapter with the bot's own chat: help",
        "fresh": "Teams adapter, a constant card, every token validated in full",
        "stock": "botbuilder's CloudAdapter, the same card",
    }
    for kind, name in names.items():
        middle = sorted((each[kind] for each in rounds), key=lambda one: one.requests_per_second)[len(rounds) // 2]
        _tell(bench="chat", bot=kind, what=name, connections=CONNECTIONS, **middle._asdict())
    for kind in ("constant", "commands", "fresh"):
        for base, target in TARGETS.items():
            ratios = [each[kind].requests_per_second / each[base].requests_per_second for each in rounds]
            ratio = round(statistics.median(ratios), 3)
            _tell(bench="chat", ratio=f"{kind} / {base}", value=ratio, target=target, met=ratio >= target)


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
async def process(module: str, *words: str) -> AsyncIterator[int]:
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
        yield int(line)
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


def install_stock() -> None:
    """Put botbuilder's stock adapter beside the environment, not into it."""
    if not (STOCK / "botbuilder" / "integration").is_dir():
        wanted = Path(__file__).with_name("requirements.txt")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--require-hashes", "--target", str(STOCK), "-r", str(wanted)], check=True)  # noqa: S603


def _keys_site(keys: Keys) -> Any:
    from aiohttp import web

    site = web.Application()
    site.add_subapp("/botframework", keys_app(keys))
    return site


def _tell(**fields: Any) -> None:
    print(json.dumps(fields), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
