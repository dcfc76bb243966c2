"""A job was set up and then forgotten: it has never run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.detect import Needs, rule
from bot.model import Alert, Evidence, Finding, Severity, Window

LONG = timedelta(hours=24)


@rule(needs=Needs.STATE, severity=Severity.LOW)
def job_never_ran(window: Window) -> Iterator[Finding]:
    """The job was configured a day ago or longer and has not run once."""
    job, memory = window.job, window.memory
    if memory is None or memory.status not in {"notrun", "active"} or memory.last_seen - memory.first_seen < LONG:
        return
    if job.quarantine is not None or job.last is not None or job.last_success is not None or memory.cycles:
        return
    alert = Alert(
        title=f"{job.name} has never run",
        detail="It is configured, and no cycle of it has ended yet. Start it, or delete it if nobody needs it.",
        severity=Severity.LOW,
    )
    yield Finding(alert=alert, evidence=Evidence(first_seen=memory.first_seen))
