"""Objects of a job fail for one cause: one alert a cause, however many objects it hits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.causes import advice
from bot.detect import Needs, rule
from bot.model import Alert, Evidence, Failing, Finding, Severity, Window
from bot.titles import in_roles, in_short

VERY_MANY = 500
MANY = 25
SEVERAL = 5
LONG = timedelta(days=3)
EASED = 0.8
"""A severity that is reached stays until the count is so much below its edge, so that 24, 26, 24 is told once."""

NOT_PEOPLE = {"contact", "device"}


@rule(needs=Needs.LOG, severity=Severity.MEDIUM)
def failing_objects(window: Window) -> Iterator[Finding]:
    """Objects fail for one cause, and stay failed until they succeed or leave the job's scope."""
    for group in window.failures:
        known = advice(group.cause.code, group.examples[0].reason if group.examples else "")
        alert = Alert(
            title=f"{window.job.name}: {in_short(group.cause, known)}",
            detail=known.meaning,
            severity=_severity(group, window),
            key=group.cause.key,
            cause=group.cause,
        )
        yield Finding(alert=alert, evidence=_evidence(group), keeps=_severity(group, window, EASED))


def _severity(group: Failing, window: Window, ease: float = 1.0) -> Severity:
    """By how many objects fail, whether they are people, whether any holds a directory role, and for how long."""
    if group.count >= VERY_MANY * ease:
        return Severity.CRITICAL
    if group.count >= MANY * ease or group.in_roles:
        return Severity.HIGH
    if group.count >= SEVERAL * ease and window.now - group.first_seen >= LONG:
        return Severity.HIGH
    kinds = {failure.object_type.lower() for failure in group.examples}
    return Severity.LOW if kinds and kinds <= NOT_PEOPLE else Severity.MEDIUM


def _evidence(group: Failing) -> Evidence:
    return Evidence(
        count=group.count,
        first_seen=group.first_seen,
        last_seen=group.last_seen,
        examples=group.examples,
        facts=in_roles(group),
    )
