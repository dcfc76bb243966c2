"""How benchmarks tell what they measured: a JSON line a figure, its range beside its median, and the target."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

QUICK = "--quick" in sys.argv
"""Whether this is only to see that the benchmark runs; its figures mean little."""


def numbers() -> list[int]:
    """The sizes that the command line names."""
    return [int(word) for word in sys.argv[1:] if word.isdecimal()]


def tell(**fields: Any) -> None:
    print(json.dumps(fields | ({"quick": True} if QUICK else {})), flush=True)


def told(figures: Sequence[float], *, at_most: float | None = None, at_least: float | None = None) -> dict[str, Any]:
    """Median and range, and whether the median meets the target."""
    middle = statistics.median(figures)
    fields: dict[str, Any] = {"median": round(middle, 2), "min": round(min(figures), 2), "max": round(max(figures), 2)}
    if at_most is not None:
        fields |= {"at_most": at_most, "met": middle <= at_most}
    if at_least is not None:
        fields |= {"at_least": at_least, "met": middle >= at_least}
    return fields


def peak_megabytes() -> float:
    """The most memory that this process has held."""
    try:
        # Not getrusage: what it tells may be the peak of the process that started this one.
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 2**10
    except OSError:
        return psutil.Process().memory_info().rss / 2**20
