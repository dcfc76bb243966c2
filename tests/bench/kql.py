"""The local log store's speed, as JSON lines: appending, the watch's query and a count by bin; `python -m tests.bench.kql [ROWS …]`."""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from bot.adapters.kql.answer import Table
from bot.adapters.local_logs import Arrived, LocalLogs
from bot.sources.kql import Place, reading
from tests.bench.telling import QUICK, numbers

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
BATCH = 5_000
EVERY = timedelta(seconds=1)

COUNT = """AADProvisioningLogs
| summarize Rows = count(), Failed = countif(ResultType == "Failure") by bin(TimeGenerated, 1h), JobId"""
CAUSES = """AADProvisioningLogs
| where ResultType == "Failure"
| summarize Objects = dcount(tostring(parse_json(SourceIdentity).Id)), Last = max(TimeGenerated) by JobId, ResultSignature"""


def events(rows: int) -> Iterator[Arrived]:
    """Rows of about two kilobytes, one a second, from twelve jobs; one in twenty failed."""
    rng = random.Random(1)
    padding: dict[str, Any] = {
        "description": "User was evaluated and will be written to the target system. " * 6,
        "details": {},
    }
    for number in range(rows):
        at = BEGIN + EVERY * number
        failed = rng.random() < 0.05
        code = f"EntryConflict{rng.randrange(5)}"
        yield (
            {
                "id": f"{number:036d}",
                "activityDateTime": at.isoformat().replace("+00:00", "Z"),
                "tenantId": "11111111-1111-1111-1111-111111111111",
                "jobId": f"scim.11111111111111111111111111111111.{rng.randrange(12):036d}",
                "cycleId": f"{number // 500:036d}",
                "changeId": f"{number:036x}",
                "provisioningAction": "update",
                "durationInMilliseconds": rng.randrange(2_000),
                "servicePrincipal": {"id": "principal", "displayName": "Contoso"},
                "sourceSystem": {"id": "s", "displayName": "Microsoft Entra ID", "details": {}},
                "targetSystem": {"id": "t", "displayName": "Contoso", "details": {"ApplicationId": "a"}},
                "initiatedBy": {"id": "", "displayName": "Azure AD Provisioning Service", "initiatorType": "system"},
                "sourceIdentity": {"id": f"user-{rng.randrange(20_000)}", "displayName": "Zoé", "identityType": "User"},
                "targetIdentity": {"id": "", "displayName": "", "identityType": "User"},
                "provisioningStatusInfo": {
                    "status": "failure" if failed else "success",
                    "errorInformation": {"errorCode": code, "reason": "The value is taken."} if failed else None,
                },
                "provisioningSteps": [
                    {"name": name, "provisioningStepType": kind, "status": "success", **padding}
                    for name, kind in (("EntryImport", "import"), ("EntryExport", "export"))
                ],
                "modifiedProperties": [{"displayName": "department", "oldValue": "a", "newValue": str(number)}],
            },
            at + timedelta(minutes=5),
        )


async def append(logs: LocalLogs, rows: int) -> float:
    """Append and say how many seconds the store took, without the making of the events."""
    spent, batch = 0.0, list[Arrived]()
    for arrived in events(rows):
        batch.append(arrived)
        if len(batch) == BATCH:
            spent, batch = spent + await timed(lambda full=batch: logs.append_provisioning(full)), []
    return spent + await timed(lambda: logs.append_provisioning(batch))


async def timed(work: Callable[[], Awaitable[Any]]) -> float:
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start


async def best(work: Callable[[], Awaitable[Table]]) -> dict[str, float | int]:
    """The fastest of three, in milliseconds, and how many rows came."""
    taken: list[float] = []
    rows = 0
    for _ in range(3):
        start = time.perf_counter()
        rows = len((await work()).rows)
        taken.append(time.perf_counter() - start)
    return {"ms": round(min(taken) * 1000, 1), "answer": rows}


async def measure(rows: int, path: Path | None) -> None:
    home = "file" if path else "memory"
    process = psutil.Process()
    before = process.memory_info().rss
    logs = LocalLogs(path, memory="1GB" if path else "8GB")
    spent = await append(logs, rows)
    end = BEGIN + EVERY * rows
    look = Place(f"{end:%Y-%m-%dT%H:%M:%S}.0000000Z")
    lately = f"AADProvisioningLogs | where ingestion_time() >= datetime({end:%Y-%m-%dT%H:%M:%S}Z) | count"
    queries = {
        "watch, last 5 min": reading(look, 10_000),
        "watch, first 10k": reading(Place("2026-11-01T00:00:00.0000000Z"), 10_000),
        "count since": lately,
        "count by bin and job": COUNT,
        "failures by cause": CAUSES,
    }
    say(home, rows, what="append", rows_per_second=round(rows / spent))
    for what, kql in queries.items():
        say(home, rows, what=what, **await best(lambda kql=kql: logs.query(kql, now=end)))
    say(home, rows, what="RSS", mb=(process.memory_info().rss - before) // 2**20)
    await logs.close()


def say(home: str, rows: int, **figures: object) -> None:
    print(json.dumps({"bench": "kql", "home": home, "of": rows, **figures}), flush=True)


def main() -> None:
    """Each size in a file and in memory."""
    for rows in numbers() or ([10_000] if QUICK else [100_000, 1_000_000]):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "logs.duckdb"
            asyncio.run(measure(rows, path))
            say("file", rows, what="file", mb=path.stat().st_size // 2**20)
        asyncio.run(measure(rows, None))


if __name__ == "__main__":
    main()
