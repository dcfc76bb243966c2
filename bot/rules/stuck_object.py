"""One object fails cycle after cycle while its job gets everything else through: the object is the trouble, not the job."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.causes import advice
from bot.detect import Needs, rule
from bot.model import Alert, Evidence, Failing, Failure, Finding, Severity, Window

TRIES = 4
FOR = timedelta(hours=24)
FEW = 3


@rule(needs=Needs.LOG, severity=Severity.MEDIUM)
def stuck_object(window: Window) -> Iterator[Finding]:
    """One object fails cycle after cycle, for a day and longer, on a job that is otherwise healthy."""
    if window.job.quarantine is not None or sum(group.count for group in window.failures) > FEW:
        return
    for group in window.failures:
        for failure in group.examples:
            if failure.count >= TRIES and window.now - failure.first_seen >= FOR:
                yield _finding(window, group, failure)


def _finding(window: Window, group: Failing, failure: Failure) -> Finding:
    name = failure.object_name or failure.object_id
    meaning = advice(group.cause.code, failure.reason).meaning
    alert = Alert(
        title=f"{window.job.name}: {name} is stuck",
        detail=f"It fails cycle after cycle, while the job gets others through. {meaning}",
        severity=Severity.MEDIUM,
        key=f"{failure.object_type}/{failure.object_id}".lower(),
        cause=group.cause,
    )
    evidence = Evidence(
        count=1,
        first_seen=failure.first_seen,
        last_seen=failure.last_seen,
        examples=(failure,),
        facts=(("Tries", f"{failure.count:,}"),),
    )
    return Finding(alert=alert, evidence=evidence)
