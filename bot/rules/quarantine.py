"""The job is in quarantine: Entra slows it down to one try a day, and switches it off after 28 days."""

from __future__ import annotations

from collections.abc import Iterator

from bot.causes import advice
from bot.detect import Needs, rule
from bot.model import Alert, Severity, Window


@rule(needs=Needs.STATE)
def quarantine(window: Window) -> Iterator[Alert]:
    """The job is in quarantine."""
    found = window.job.quarantine
    if found is None:
        return
    known = advice(found.error_code or found.reason, found.error_message)
    yield Alert(
        title=f"{window.job.name} is in quarantine",
        detail=f"{found.reason}: {known.meaning}",
        severity=Severity.HIGH,
    )
