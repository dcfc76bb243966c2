"""Objects of a job fail for one cause: one alert a cause, however many objects it hits."""

from __future__ import annotations

from collections.abc import Iterator

from bot.causes import advice
from bot.detect import Needs, rule
from bot.model import Alert, Cause, Failing, Severity, Window

MANY = 25


@rule(needs=Needs.LOG)
def failing_objects(window: Window) -> Iterator[Alert]:
    """Objects fail for one cause, and stay failed until they succeed or leave the job's scope."""
    for group in window.failures:
        yield Alert(
            title=f"{window.job.name}: {_what(group.cause)}",
            detail=_detail(group),
            severity=Severity.HIGH if group.count >= MANY else Severity.MEDIUM,
            key=group.cause.key,
            cause=group.cause,
        )


def _what(cause: Cause) -> str:
    return f"{cause.code} on {cause.attribute}" if cause.attribute else cause.code


def _detail(group: Failing) -> str:
    first = group.examples[0] if group.examples else None
    known = advice(group.cause.code, first.reason if first else "")
    return known.meaning
