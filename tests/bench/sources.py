"""How fast rows of the log become events, and how much memory that takes: `python -m tests.bench.sources`, JSON lines.

Pages are made once and kept in files; each source is then measured in a process of its own, from the bytes of an answer
to events, with the vendors' own decoding where it is theirs.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psutil

from tests.bench.telling import QUICK

ROWS, PAGE, ANSWER = (10_000 if QUICK else 100_000), 1_000, 10_000
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


def write_pages(folder: Path) -> None:
    """Rows of the sandbox, as pages of Graph and as answers of Log Analytics."""
    from bot.adapters.kql import rows as exported
    from bot.adapters.kql.tables import PROVISIONING, columns
    from tests.support.tenant_box import make_tenant

    tenant, dial = make_tenant()
    tenant.beat("bulk", rows=ROWS, hours=1.0, past=True, p95=0.0, late=0.0, tail=0.0, repeats=0.0)
    dial.turn(seconds=1)
    tenant.advance()
    events = [row.event for row in tenant.arrived][-ROWS:]
    for number, some in enumerate(_parts(events, PAGE)):
        (folder / f"graph-{number:04}.json").write_bytes(msgspec.json.encode({"value": some}))
    names = list(columns()[PROVISIONING])
    for number, some in enumerate(_parts(events, ANSWER)):
        rows = [_projected(dict(zip(names, exported.provisioning(each, "w"), strict=True))) for each in some]
        table = {
            "name": "PrimaryResult",
            "columns": [{"name": name, "type": "string"} for name in rows[0]],
            "rows": [list(row.values()) for row in rows],
        }
        (folder / f"log_analytics-{number:04}.json").write_bytes(msgspec.json.encode({"tables": [table]}))


def _projected(row: dict[str, Any]) -> dict[str, Any]:
    """What the query of bot.sources.kql leaves of a row."""
    at = f"{row['TimeGenerated']:%Y-%m-%dT%H:%M:%S.%f}0Z"
    kept = ("Id", "JobId", "CycleId", "ChangeId", "ProvisioningAction", "ResultType", "ResultSignature")
    json_columns = (
        "ResultDescription",
        "ProvisioningStatusInfo",
        "SourceIdentity",
        "TargetIdentity",
        "ServicePrincipal",
    )
    steps = "" if row["ResultType"] == "Success" else row["ProvisioningSteps"]
    return {name: row[name] for name in kept + json_columns} | {"At": at, "Ingested": at, "Steps": steps}


def _parts(items: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def by_graph(body: bytes) -> int:
    from bot.adapters import lenient
    from bot.adapters.graph.provisioning_log import Page
    from bot.sources.normalise import from_graph

    readings = [from_graph(row, NOW) for row in lenient.decode(body, Page).rows or ()]
    return sum(reading.event is not None and not reading.wrong for reading in readings)


def by_log_analytics(body: bytes) -> int:
    from azure.monitor.query import LogsQueryResult

    from bot.sources.columns import from_columns

    answer: Any = LogsQueryResult._from_generated(json.loads(body))  # pyright: ignore
    table = answer.tables[0]
    readings = [from_columns(dict(zip(table.columns, row, strict=False)), NOW) for row in table.rows]
    return sum(reading.event is not None and not reading.wrong for reading in readings)


MEASURED: dict[str, Callable[[bytes], int]] = {"graph": by_graph, "log_analytics": by_log_analytics}


def measure(name: str, folder: Path) -> None:
    """Print one line of JSON for one source."""
    read = MEASURED[name]
    pages = sorted(folder.glob(f"{name}-*.json"))
    read(pages[0].read_bytes())
    peak, rows, spent = 0.0, 0, 0.0
    for page in pages:
        body = page.read_bytes()
        started = time.perf_counter()
        rows += read(body)
        spent += time.perf_counter() - started
        peak = max(peak, psutil.Process().memory_info().rss / 2**20)
    assert rows == ROWS
    print(
        json.dumps(
            {
                "bench": f"sources.{name}",
                "rows": rows,
                "rows_per_second": round(rows / spent),
                "microseconds_per_row": round(spent / rows * 1e6, 1),
                "bytes_per_row": round(sum(page.stat().st_size for page in pages) / rows),
                "peak_rss_mb": round(peak),
            }
        ),
        flush=True,
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as held:
        write_pages(Path(held))
        for name in MEASURED:
            subprocess.run([sys.executable, "-m", "tests.bench.sources", name, held, *sys.argv[1:]], check=True)


if __name__ == "__main__":
    measure(sys.argv[1], Path(sys.argv[2])) if len(sys.argv) > 2 else main()
