"""Objects that fail cycle after cycle while their job gets everything else through: they are the trouble, not the job."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.causes import advice
from bot.detect import Needs, rule
from bot.model import Alert, Evidence, Failing, Failure, Finding, Severity, Window
from bot.titles import in_roles

TRIES = 4
FOR = timedelta(hours=24)
FEW = 3


@rule(needs=Needs.LOG, severity=Severity.MEDIUM)
def stuck_object(window: Window) -> Iterator[Finding]:
    """An object fails cycle after cycle, for a day and longer, on a job that is otherwise healthy."""
    if window.job.quarantine is not None or sum(group.count for group in window.failures) > FEW:
        return
    for group in window.failures:
        stuck = [each for each in group.examples if each.count >= TRIES and window.now - each.first_seen >= FOR]
        if stuck:
            yield _finding(window, group, stuck)


def _finding(window: Window, group: Failing, stuck: list[Failure]) -> Finding:
    first = min(stuck, key=lambda each: (each.first_seen, each.object_id))
    name = first.object_name or first.object_id
    who = f"{name} is stuck" if len(stuck) == 1 else f"{name} and {len(stuck) - 1} more are stuck"
    alert = Alert(
        title=f"{window.job.name}: {who}",
        detail=f"It fails cycle after cycle, while the job gets others through. {advice(group.cause.code, first.reason).meaning}",
        # It stands for what fails for the same cause, and is told no less.
        severity=Severity.HIGH if group.in_roles else Severity.MEDIUM,
        key=group.cause.key,
        cause=group.cause,
    )
    evidence = Evidence(
        count=len(stuck),
        first_seen=first.first_seen,
        last_seen=max(each.last_seen for each in stuck),
        examples=tuple(stuck),
        facts=(("Tries", f"{max(each.count for each in stuck):,}"), *in_roles(group)),
    )
    return Finding(alert=alert, evidence=evidence)
