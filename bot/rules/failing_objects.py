"""Objects of a job fail for one cause: one alert a cause, however many objects it hits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.causes import advice
from bot.detect import Needs, rule
from bot.model import Alert, Cause, Failing, Severity, Window

VERY_MANY = 500
MANY = 25
SEVERAL = 5
LONG = timedelta(days=3)
NOT_PEOPLE = {"contact", "device"}


@rule(needs=Needs.LOG, severity=Severity.MEDIUM)
def failing_objects(window: Window) -> Iterator[Alert]:
    """Objects fail for one cause, and stay failed until they succeed or leave the job's scope."""
    for group in window.failures:
        yield Alert(
            title=f"{window.job.name}: {_what(group.cause)}",
            detail=_detail(group),
            severity=_severity(group, window),
            key=group.cause.key,
            cause=group.cause,
        )


def _severity(group: Failing, window: Window) -> Severity:
    """By how many objects fail, whether they are people, and for how long."""
    if group.count >= VERY_MANY:
        return Severity.CRITICAL
    if group.count >= MANY:
        return Severity.HIGH
    if group.count >= SEVERAL and window.now - group.first_seen >= LONG:
        return Severity.HIGH
    kinds = {failure.object_type.lower() for failure in group.examples}
    return Severity.LOW if kinds and kinds <= NOT_PEOPLE else Severity.MEDIUM


def _what(cause: Cause) -> str:
    return f"{cause.code} on {cause.attribute}" if cause.attribute else cause.code


def _detail(group: Failing) -> str:
    first = group.examples[0] if group.examples else None
    known = advice(group.cause.code, first.reason if first else "")
    return known.meaning
