"""Known troubles of a job got worse: more failures in a day than on its other days, though no cause is new."""

from __future__ import annotations

from collections.abc import Iterator

from bot.detect import Needs, rule
from bot.model import Alert, Evidence, Finding, Severity, Usual, Window

DEFAULT = 10
"""Microsoft's published alert fires at more failures than this; it stands where the job has no history to compare."""

HISTORY = 7
NEW = 2
"""Days for which a cause is new: its incident was just told, and its retries still bunch up."""


@rule(needs=Needs.LOG, severity=Severity.MEDIUM)
def failure_spike(window: Window) -> Iterator[Finding]:
    """More failures in 24 hours than on any other of the last 28 days, for causes that have been known for days."""
    usual = window.usual
    if usual is None:
        return
    old = {cause: counts for cause, counts in usual.failed if any(counts[NEW:])}
    failed = sum(row.count for row in window.hours if row.status == "failure" and row.cause in old)
    if failed <= DEFAULT:
        return
    busiest = max(map(sum, zip(*old.values(), strict=True)), default=0)
    if failed <= _most(usual, busiest):
        return
    alert = Alert(
        title=f"{window.job.name}: more failures than usual",
        detail="Nothing new fails, but what is known fails more often than on any other day of the last four weeks.",
        severity=Severity.MEDIUM,
    )
    facts = (("Failures in 24 h", f"{failed:,}"), ("Before", f"at most {busiest:,} in {usual.days} earlier days"))
    yield Finding(alert=alert, evidence=Evidence(facts=facts))


def _most(usual: Usual, busiest: int) -> float:
    return max(DEFAULT, 1.5 * busiest) if usual.days >= HISTORY else max(DEFAULT, 3 * busiest)
