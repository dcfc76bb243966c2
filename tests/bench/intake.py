"""100,000 failures in 1,000 groups, taken in and told, beside Alertmanager: `python -m tests.bench.intake [--quick]`, JSON lines.

Taken in is, for Alertmanager, that its POST /api/v2/alerts was answered: the alerts are then in its memory. For the bot it
is that the rows, read from a log over HTTP by the real sources, are folded and committed to the database with everything
synced to disk: kill -9 loses none. Both go over TLS, an event is as long on either side, and each side has the machine to
itself but for the process at the other end of the wire. The budget of calls to the log is off: by it, Graph's rows would
take four minutes. CPU is that of Alertmanager's process and of the bot's, SQLite within it and PostgreSQL's server not.

Told is that the webhook heard of each group once. Alertmanager waits for `group_wait` first, which is not counted; the bot
judges as soon as all is read.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sandbox.node import ROOT
from tests.bench.alertmanager import alertmanager, is_installed, now
from tests.bench.outside import Outside, outside
from tests.bench.storm import BYTES, EVENTS, GROUPS, Storm, batches
from tests.bench.telling import QUICK, tell
from tests.support.postgres import Postgres, postgres

BATCH = 500
"""Alerts in a POST; with larger or smaller ones Alertmanager takes fewer in a second."""

AGO, APART = timedelta(hours=3), timedelta(hours=1) / EVENTS
"""When the first event happened, and how long after each other they did."""

WAIT = 5.0 if QUICK else 20.0
RATE, SECONDS, CPU = 3.0, 1.5, 1 / 3
TENANT, APP, WORKSPACE = (f"{number}0000000-0000-4000-8000-000000000000" for number in (1, 2, 3))
ROUTES = """
[webhooks.desk]
kind = "generic"
url = "{url}/told"
secret = "env:DESK_SECRET"
[[routes]]
to = "webhook:desk"
"""


def environment(around: Outside, folder: Path, source: str, database: str) -> dict[str, str]:
    """The settings of a bot that reads those logs and tells that receiver."""
    (folder / "routes.toml").write_text(ROUTES.format(url=around.calls))
    return {
        "TENANT_ID": TENANT,
        "APP_ID": APP,
        "APP_SECRET": "none",
        "WORKSPACE_ID": WORKSPACE,
        "GRAPH_URL": f"{around.logs}/v1.0",
        "LOGIN_URL": around.logs,
        "LOGS_URL": around.logs,
        "CA_FILE": around.ca_file,
        "SOURCES": source,
        "AUDITS": "none",
        "RULES_OFF": "*",
        "AWAY_MINUTES": "0",
        "DATABASE_URL": database,
        "ROUTES": str(folder / "routes.toml"),
        "DESK_SECRET": "A-secret-of-32-letters-and-digits",
        "WEBHOOK_ALLOW": "127.0.0.1",
    }


async def bot(module: str, environment: dict[str, str]) -> dict[str, Any]:
    """Run the bot's part in a process of its own; what it says."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *(["--quick"] if QUICK else [])),
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    return json.loads(said)


async def by_alertmanager(around: Outside, folder: Path, storm: Storm) -> dict[str, float]:
    """How many alerts it takes in a second, at what cost, and how soon it has told of all groups."""
    alerts = (storm.alert(number) for number in range(EVENTS))
    bodies = [b"[%s]" % b",".join(some) for some in batches(alerts, BATCH)]
    await around.anew()
    async with alertmanager(folder / "alertmanager", around.calls, group_wait=WAIT) as peer:
        cpu, began = peer.cpu, now()
        await peer.post_all(bodies)
        taken, cpu = now() - began, peer.cpu - cpu
        heard = await around.told(GROUPS)
        return {
            "events_per_second": round(EVENTS / taken),
            "cpu_us_per_event": round(cpu / EVENTS * 1e6, 1),
            "all_told_s_after_the_wait": round(heard["last"] - began - WAIT, 2),
            "calls": heard["calls"],
            "peak_rss_mb": round(peer.peak_megabytes),
        }


async def by_bot(around: Outside, folder: Path, source: str, database: str) -> dict[str, float]:
    """The same of the bot."""
    await around.anew()
    await around.show(0)
    told = await bot("tests.bench.intake_bot", environment(around, folder, source, database) | {"HEARD": around.calls})
    return {
        "events_per_second": round(EVENTS / told["committed"]),
        "cpu_us_per_event": round(told["cpu"] / EVENTS * 1e6, 1),
        "judged_s": round(told["judged"], 2),
        "all_told_s": round(told["all_told"], 2),
        "calls": told["calls"],
        "peak_rss_mb": round(told["peak_rss_mb"]),
    }


def compared(mine: dict[str, float], peer: dict[str, float]) -> dict[str, Any]:
    """What counts: ratios within one run."""
    rate = mine["events_per_second"] / peer["events_per_second"]
    cpu = mine["cpu_us_per_event"] / peer["cpu_us_per_event"]
    return {
        "times_alertmanagers_rate": round(rate, 2),
        "at_least": RATE,
        "share_of_its_cpu": round(cpu, 2),
        "at_most": round(CPU, 2),
        "told_at_most_s": SECONDS,
        "met": rate >= RATE and cpu <= CPU and mine["all_told_s"] <= SECONDS,
    }


async def main() -> None:
    load = os.getloadavg()[0]
    tell(bench="intake", events=EVENTS, groups=GROUPS, bytes_per_event=BYTES, load_before=round(load, 2))
    with tempfile.TemporaryDirectory() as name, postgres(durable=True) as server:
        folder = Path(name)
        began = datetime.now(UTC) - AGO
        async with outside(folder, EVENTS, began=began, apart=APART) as around:
            peer = await _peer(around, folder)
            for source in ("graph", "log_analytics"):
                for kind, database in _databases(folder, source, server).items():
                    mine = await by_bot(around, folder, source, database)
                    tell(bench="intake", what=source, database=kind, **mine, **(compared(mine, peer) if peer else {}))


async def _peer(around: Outside, folder: Path) -> dict[str, float]:
    if not is_installed("intake"):
        return {}
    peer = await by_alertmanager(around, folder, Storm(datetime.now(UTC), APART))
    tell(bench="intake", what="alertmanager", database="none", **peer)
    return peer


def _databases(folder: Path, source: str, server: Postgres) -> dict[str, str]:
    return {"sqlite": f"sqlite:///{(folder / source).as_posix()}.db", "postgresql": server.new()}


if __name__ == "__main__":
    asyncio.run(main())
