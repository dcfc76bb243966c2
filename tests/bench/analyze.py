"""How fast `app.py analyze` reads a download, and in how much memory: `python -m tests.bench.analyze [ROWS…] [--quick]`.

The rows are those of the sandbox in size and shape, a million a month: 480 jobs, each object with several rows, two per
cent of them failing. The command is run as people run it, in a process of its own; its peak of memory is the sum over
it and the processes that read for it. First output is the first line that comes from it, on either stream.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import psutil

from sandbox.node import ROOT
from tests.bench.telling import QUICK, numbers, tell
from tests.support.downloads import triple
from tests.support.tenant_box import later, make_tenant

SIZES = (2_000, 20_000) if QUICK else (100_000, 1_000_000)
JOBS, FAILED, ROWS_OF_AN_OBJECT = 40, 0.02, 8  # of each of the sandbox's twelve jobs there are forty
SECONDS, MEGABYTES, FIRST_SECONDS = 30.0, 700.0, 1.0
BEGIN = datetime(2026, 10, 21, tzinfo=UTC)
BLOCK = 10_000


class Taken(NamedTuple):
    """One run: seconds, seconds to the first line, the most megabytes held at a time, and seconds of processor time."""

    seconds: float
    first: float
    megabytes: float
    cpu: float


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Rows of a storm in the sandbox, each again and again under other names, newest first as the portal gives them."""
    tenant, dial = make_tenant("storm")
    later(tenant, dial, minutes=20)
    shown = [row.event for row in tenant.arrived]
    well = [row for row in shown if row["provisioningStatusInfo"]["status"] == "success"]
    ill = [row for row in shown if row["provisioningStatusInfo"]["status"] == "failure"]
    every = timedelta(days=30) / count
    for number in range(count):
        who = number // ROWS_OF_AN_OBJECT
        mould = ill[who % len(ill)] if who % round(1 / FAILED) == 0 else well[number % len(well)]
        at = BEGIN + every * (count - number)
        yield mould | {
            "id": f"{number:08x}-0000-4000-8000-000000000000",
            "changeId": f"{number:08x}-3333-4333-8333-333333333333",
            "activityDateTime": f"{at:%Y-%m-%dT%H:%M:%S.%f}0Z",
            "jobId": f"{mould['jobId']}{who % JOBS:02}",
            "sourceIdentity": mould["sourceIdentity"] | {"id": f"{who:08x}-1111-4111-8111-111111111111"},
        }


def written(path: Path, count: int) -> None:
    """A download of so many rows, in one line of JSON."""
    encode = msgspec.json.Encoder().encode
    with path.open("wb") as file:
        for number, row in enumerate(rows(count)):
            file.write((b"," if number else b"[") + encode(row))
        file.write(b"]")


def joined(folder: Path, count: int) -> list[Path]:
    """The three CSV files of a download: some rows, again and again under other ids."""
    few = min(count, BLOCK)
    paths = triple(folder, list(rows(few)))
    for path in paths:
        head, _, body = path.read_bytes().partition(b"\r\n")
        with path.open("wb") as file:
            file.write(head + b"\r\n")
            for number in range(count // few):
                other = f"-{number:012}".encode()
                file.write(body.replace(b"-333333333333", other).replace(b"-000000000000", other))
    return paths


def run(*words: str | Path) -> Taken:
    """The command on some files."""
    began = time.perf_counter()
    command = [sys.executable, ROOT / "app.py", "analyze", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT) as process:
        watch = Watch(process.pid)
        watch.start()
        assert process.stdout is not None
        process.stdout.readline()
        first = time.perf_counter() - began
        process.stdout.read()
    watch.ended.set()
    watch.join()
    if process.returncode:
        raise SystemExit(f"analyze ended with {process.returncode}")
    return Taken(time.perf_counter() - began, first, watch.most / 2**20, sum(watch.cpu.values()))


class Watch(threading.Thread):
    """Notes the most memory that a process and those it started hold together, and the time they have computed."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._process, self.most, self.ended = psutil.Process(pid), 0, threading.Event()
        self.cpu: dict[int, float] = {}

    def run(self) -> None:
        while not self.ended.wait(0.05):
            try:
                family = [self._process, *self._process.children(recursive=True)]
                self.cpu |= {each.pid: sum(each.cpu_times()[:2]) for each in family}
                self.most = max(self.most, sum(each.memory_info().rss for each in family))
            except psutil.Error:
                continue


def say(what: str, count: int, file_bytes: int, taken: Taken) -> None:
    met = taken.seconds <= SECONDS and taken.megabytes <= MEGABYTES and taken.first <= FIRST_SECONDS
    tell(
        bench="analyze",
        what=what,
        rows=count,
        file_mb=file_bytes >> 20,
        seconds=round(taken.seconds, 2),
        rows_per_second=round(count / taken.seconds),
        cpu_seconds=round(taken.cpu, 1),
        first_output_s=round(taken.first, 2),
        peak_rss_mb=round(taken.megabytes, 1),
        at_most={"seconds": SECONDS, "first_output_s": FIRST_SECONDS, "peak_rss_mb": MEGABYTES},
        met=met,
    )


def main() -> None:
    for count in numbers() or SIZES:
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "ProvisioningLogs.json"
            written(path, count)
            size = path.stat().st_size
            say("json", count, size, run(path))
            say("kql", count, size, run(path, "--kql", "AADProvisioningLogs | summarize count() by JobId, ResultType"))
            path.unlink()
            paths = joined(Path(name), count)
            say("csv", count, sum(path.stat().st_size for path in paths), run(*paths))


if __name__ == "__main__":
    main()
