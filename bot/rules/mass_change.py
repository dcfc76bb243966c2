"""A job deletes or disables far more than it ever did: a filter was changed, or the source lost a part."""

from __future__ import annotations

from collections.abc import Iterator

from bot.detect import Needs, rule
from bot.hours import REMOVALS
from bot.model import Alert, Evidence, Finding, Job, Severity, Usual, Window

FEWEST = 20
MANY = 100
SHARE = 0.05
HISTORY = 7


@rule(needs=Needs.LOG, severity=Severity.HIGH)
def mass_change(window: Window) -> Iterator[Finding]:
    """Deletes and disables of the last 24 hours are out of proportion to the job's size and to its other days."""
    counts = {what: _count(window, what) for what in sorted(REMOVALS)}
    total = sum(counts.values())
    if total < _fewest(window.job, window.usual) or total <= _other_days(window.usual):
        return
    alert = Alert(
        title=f"{window.job.name}: very many accounts are deleted or disabled",
        detail="It is out of proportion to the job's size and to what it did on other days. Look at the job's scope, its "
        "assignments and the source before more is lost; pause the job if this is not wanted.",
        severity=Severity.HIGH,
    )
    facts = tuple((f"{what}s in 24 h".capitalize(), f"{count:,}") for what, count in counts.items() if count)
    yield Finding(alert=alert, evidence=Evidence(facts=facts))


def _count(window: Window, action: str) -> int:
    return sum(row.count for row in window.hours if row.action == action and row.status == "success")


def _fewest(job: Job, usual: Usual | None) -> float:
    size = sum(number for _, number in job.synced)
    if not size:
        return MANY
    known = usual is not None and usual.days >= HISTORY
    # Where other days are there to compare with, a hundred are many even on a very large job.
    return max(FEWEST, min(MANY, SHARE * size) if known else SHARE * size)


def _other_days(usual: Usual | None) -> int:
    return 3 * max(usual.removed, default=0) if usual is not None and usual.days >= HISTORY else 0
