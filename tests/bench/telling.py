"""How benchmarks tell what they measured: a JSON line a figure, its range beside its median, and the target."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Sequence
from typing import Any

QUICK = "--quick" in sys.argv
"""Whether this is only to see that the benchmark runs; its figures mean little."""


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
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 2**10
