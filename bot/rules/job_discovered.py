"""A job that was not there before: somebody should know whose it is before it fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.detect import Needs, rule
from bot.model import Alert, Evidence, Finding, Severity, Window

NEWS = timedelta(hours=24)


@rule(needs=Needs.STATE, severity=Severity.LOW)
def job_discovered(window: Window) -> Iterator[Finding]:
    """A new job has appeared; told for one day."""
    memory = window.memory
    if memory is None or not memory.new or window.now - memory.first_seen >= NEWS:
        return
    alert = Alert(
        title=f"{window.job.name} is a new job",
        detail="It is watched from now on like all others. Nothing has to be done.",
        severity=Severity.LOW,
    )
    kind = (("Template", window.job.template),) if window.job.template else ()
    yield Finding(alert=alert, evidence=Evidence(first_seen=memory.first_seen, facts=kind))
