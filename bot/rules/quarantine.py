"""The job is in quarantine: Entra slows it down to one try a day, and switches it off after 28 days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.causes import advice
from bot.detect import Needs, rule
from bot.memories import state_of
from bot.model import Advice, Alert, Evidence, Finding, Quarantine, Severity, Window

DAYS = 28
REMINDERS = (1, 3, 7)
"""Days before the end at which people are told once more."""


@rule(needs=Needs.STATE, severity=Severity.HIGH)
def quarantine(window: Window) -> Iterator[Finding]:
    """The job is in quarantine; told again 7, 3 and 1 days before Entra switches it off, and until a cycle succeeds."""
    lasting = window.memory.quarantine if window.memory is not None else None
    found = window.job.quarantine or lasting
    if found is None:
        return
    known = advice(found.error_code or found.reason, found.error_message)
    left, off = _days_left(found, window.now), state_of(window.job) == "disabled"
    alert = Alert(
        title=f"{window.job.name} {'was switched off after 28 days of' if off else 'is in'} quarantine",
        detail=_detail(found, known, left, off=off),
        severity=Severity.CRITICAL if left or off else Severity.HIGH,
    )
    yield Finding(alert=alert, evidence=_evidence(window, found))


def _detail(found: Quarantine, known: Advice, left: int, *, off: bool) -> str:
    # The reason itself stands among the card's facts; in words it is only worth saying where nothing better is known.
    meaning = known.meaning if known.known else f"Entra gives {found.reason} as the reason. {known.meaning}"
    if off:
        return f"{meaning} Nothing is brought over any more. Repair what is wrong, then start the job again."
    slow = f"{meaning} Until that is repaired, Entra tries this job only now and then."
    at = _off_at(found)
    if not left or at is None:
        return slow
    span = "one day" if left == 1 else f"{left} days"
    return f"{slow} Within {span} this job switches itself off: on {at.day} {at:%b %Y}."


def _off_at(found: Quarantine) -> datetime | None:
    began = found.series_began or found.current_began
    return began + timedelta(days=DAYS) if began is not None else None


def _days_left(found: Quarantine, now: datetime) -> int:
    """The reminder that is due, 0 for none yet."""
    off = _off_at(found)
    return next((days for days in REMINDERS if off is not None and off - now <= timedelta(days=days)), 0)


def _evidence(window: Window, found: Quarantine) -> Evidence:
    objects = sum(number for _, number in window.job.synced)
    off = state_of(window.job) == "disabled"
    slowed = (("Slows down", f"{objects:,} objects in sync"),) if objects and not off else ()
    over = () if window.job.quarantine or off else (("Now", "Out of quarantine; no cycle has succeeded since"),)
    return Evidence(
        quarantine=replace(found, switched_off=off),
        first_seen=found.current_began,
        count=sum(group.count for group in window.failures),
        facts=(*slowed, *over),
    )
