"""How soon one event is at its webhook, beside Alertmanager: `python -m tests.bench.webhook [--quick]`, JSON lines.

For the bot the time runs from when a row can be read at the source, at which moment a look is begun, to when the webhook's
receiver has the call: the log is asked over HTTP, the row is folded and committed, all rules are asked, the incident and
its card are committed, that the post is under way is committed, and then it is sent. In production the clock begins a look
every ten seconds; that wait is not counted. For Alertmanager, which keeps nothing on disk before it tells, it runs from the
POST of an alert, with a group_wait of 0.

Every event is of a group of its own, which neither side has seen. What one write that waits for this disk costs is
measured in the same run.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.bench.alertmanager import alertmanager, is_installed, now
from tests.bench.intake import bot, environment
from tests.bench.outside import Outside, outside
from tests.bench.storm import Storm
from tests.bench.telling import QUICK, tell

TIMES = 50 if QUICK else 500
APART = timedelta(seconds=10)
"""Between two events, and between two looks by the bot's clock: it is put forward for each."""

MILLISECONDS = 3.0


def fsync(folder: Path) -> float:
    """Milliseconds that a small write takes until it is on the disk, the middle one of many."""
    taken: list[float] = []
    with (folder / "probe").open("wb", buffering=0) as file:
        for _ in range(200):
            file.write(b"x" * 4_096)
            began = time.perf_counter()
            os.fsync(file.fileno())
            taken.append((time.perf_counter() - began) * 1_000)
    return statistics.median(taken)


async def by_alertmanager(around: Outside, folder: Path) -> list[float]:
    """Milliseconds from each POST to the call of the webhook."""
    events, shown = Storm(datetime.now(UTC), APART), list[float]()
    await around.anew()
    async with alertmanager(folder / "alertmanager", around.calls, group_wait=0) as peer:
        for number in range(TIMES):
            shown.append(now())
            await peer.post(b"[%s]" % events.alert(number))
            await around.told(number + 1)
        return between(shown, (await around.told(TIMES))["times"])


async def by_bot(around: Outside, folder: Path, source: str) -> list[float]:
    await around.anew()
    await around.show(0)
    database = f"sqlite:///{(folder / source).as_posix()}.db"
    told = await bot("tests.bench.webhook_bot", environment(around, folder, source, database) | {"HEARD": around.calls})
    return between(told["shown"], told["heard"])


def between(shown: Sequence[float], heard: Sequence[float]) -> list[float]:
    """Milliseconds between; one event follows the other, so that they are in the same order."""
    return [(last - first) * 1_000 for first, last in zip(shown, heard, strict=True)]


def say(what: str, taken: Sequence[float], **more: object) -> None:
    hundredths = statistics.quantiles(taken, n=100, method="inclusive")
    figures = {"p50_ms": round(hundredths[49], 2), "p99_ms": round(hundredths[98], 2)}
    tell(bench="webhook", what=what, events=len(taken), **figures, **more)


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        disk = fsync(folder)
        tell(bench="webhook", what="fsync", p50_ms=round(disk, 3), load_before=round(os.getloadavg()[0], 2))
        async with outside(folder, TIMES, began=datetime.now(UTC), apart=APART) as around:
            if is_installed("webhook"):
                say("alertmanager", await by_alertmanager(around, folder))
            for source in ("log_analytics", "graph"):
                taken = await by_bot(around, folder, source)
                most = MILLISECONDS + disk
                say(source, taken, p50_at_most=round(most, 2), met=statistics.median(taken) <= most)


if __name__ == "__main__":
    asyncio.run(main())
