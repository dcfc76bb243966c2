"""A job runs and runs, and has written nothing for a month: perhaps nobody needs it, perhaps its scope is empty."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.detect import Needs, rule
from bot.model import Alert, Evidence, Finding, Severity, Window

LONG = timedelta(days=30)


@rule(needs=Needs.STATE, severity=Severity.LOW)
def no_exports(window: Window) -> Iterator[Finding]:
    """The job has got through its cycles for 30 days and written nothing."""
    job, memory = window.job, window.memory
    if memory is None or memory.status != "active" or job.quarantine is not None or job.last_success is None:
        return
    last = (job.last_export.ended or job.last_export.began) if job.last_export is not None else None
    done = job.last_success.ended or job.last_success.began
    since = last or memory.first_seen
    if done is None or done - since < LONG:
        return
    alert = Alert(
        title=f"{job.name} has written nothing for 30 days",
        detail="Its cycles get through, so this can be right. If changes were expected, look at its scope, its "
        "assignments and its mappings.",
        severity=Severity.LOW,
    )
    never = () if last else (("Last export", "none was seen yet"),)
    yield Finding(alert=alert, evidence=Evidence(first_seen=since, facts=never))
