"""The job is in quarantine: Entra slows it down to one try a day, and switches it off after 28 days."""

from __future__ import annotations

from collections.abc import Iterator

from bot.causes import advice
from bot.detect import Needs, rule
from bot.model import Advice, Alert, Severity, Window


@rule(needs=Needs.STATE)
def quarantine(window: Window) -> Iterator[Alert]:
    """The job is in quarantine."""
    found = window.job.quarantine
    if found is None:
        return
    known = advice(found.error_code or found.reason, found.error_message)
    yield Alert(
        title=f"{window.job.name} is in quarantine",
        detail=_detail(found.reason, known),
        severity=Severity.HIGH,
    )


def _detail(reason: str, known: Advice) -> str:
    # The reason itself stands among the card's facts; in words it is only worth saying where nothing better is known.
    meaning = known.meaning if known.known else f"Entra gives {reason} as the reason. {known.meaning}"
    return f"{meaning} Until that is repaired, Entra tries this job only now and then."
