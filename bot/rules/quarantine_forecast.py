"""So many objects fail that Entra will put the job in quarantine for it: the documented thresholds, looked at beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.detect import Needs, rule
from bot.model import Alert, Evidence, Finding, Severity, Window

JUDGED_FROM = 5_000
PROPORTION = 0.4
MOST = 40_000
MOST_WITH_REFERENCES = 60_000
AHEAD = timedelta(hours=24)
NEAR, HALF = 0.8, 0.5


@rule(needs=Needs.STATE, severity=Severity.HIGH)
def quarantine_forecast(window: Window) -> Iterator[Finding]:
    """So many objects fail that quarantine is near, or comes within a day if it goes on like this."""
    memory, job = window.memory, window.job
    if memory is None or memory.status != "active" or job.quarantine is not None or job.last is None:
        return
    found = max(job.last.escrowed, sum(group.count for group in window.failures))
    most = _threshold(_references(window), job.last.entitled)
    when = _when(memory.escrows, found, most, memory.last_seen)
    if found < HALF * most or (found < NEAR * most and when is None):
        return
    alert = Alert(
        title=f"{job.name} is close to quarantine",
        detail="Entra puts a job in quarantine when too many of its objects fail, and then tries it only now and then. "
        "Repair the most frequent cause first.",
        severity=Severity.HIGH,
    )
    hour = (("Expected", f"{when:%d %b %H}:00 UTC, if it goes on like this"),) if when else ()
    yield Finding(alert=alert, evidence=Evidence(count=found, facts=(("Quarantine at", f"{most:,} failures"), *hour)))


def _references(window: Window) -> int:
    return sum(group.count for group in window.failures if "reference" in group.cause.code.lower())


def _threshold(references: int, entitled: int) -> int:
    """The first of the thresholds that is reached; failed references count for the highest one only."""
    proportion = max(JUDGED_FROM, int(PROPORTION * entitled))
    return min(proportion + references, MOST + references, MOST_WITH_REFERENCES)


def _when(samples: Sequence[tuple[datetime, int]], found: int, most: int, now: datetime) -> datetime | None:
    """When the threshold is reached by the trend of the last cycles, if that is within a day."""
    if len(samples) < 2 or found >= most:
        return None
    (first, few), (last, many) = samples[0], samples[-1]
    if many <= few or last <= first:
        return None
    left = (last - first) * ((most - found) / (many - few))
    return now + left if left <= AHEAD else None
