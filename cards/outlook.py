"""What comes if nobody acts: Entra's next tries, and the day on which it switches a job off."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.model import Advice, Quarantine
from cards.times import in_utc
from cards.words import day

DAYS_UNTIL_OFF = 28
"""Entra switches a job off after so many days of quarantine."""


def switched_off_at(quarantine: Quarantine) -> datetime | None:
    """When Entra gives up, counted from the first failure of the series."""
    began = quarantine.series_began or quarantine.current_began
    return began + timedelta(days=DAYS_UNTIL_OFF) if began else None


def quarantine_day(quarantine: Quarantine, now: datetime) -> str:
    """The day of the 28, e.g. `3 of 28`; empty where its beginning is not known."""
    began = quarantine.series_began or quarantine.current_began
    if began is None:
        return ""
    return f"{max(0, (now - began).days) + 1} of {DAYS_UNTIL_OFF} in quarantine"


def quarantine_reason(quarantine: Quarantine) -> str:
    return " · ".join(part for part in (quarantine.reason, quarantine.error_code) if part)


def what_entra_does(quarantine: Quarantine, now: datetime) -> str:
    """What happens when nobody acts: the next attempt, and the day on which the job is switched off."""
    if quarantine.switched_off:
        return "Nothing comes by itself any more: Entra has switched this job off."
    off = switched_off_at(quarantine)
    if off is not None and off <= now:
        return f"The {DAYS_UNTIL_OFF} days ended on {day(off, now)}: Entra switches the job off."
    parts: list[str] = []
    if quarantine.next_attempt is not None and quarantine.next_attempt > now:
        parts.append(f"tries again on {in_utc(quarantine.next_attempt)}, then up to once a day")
    else:
        parts.append("tries again by itself, in the end once a day")
    if off is not None:
        parts.append(f"switches the job off on {day(off, now)} (day {DAYS_UNTIL_OFF})")
    return f"Entra {', and '.join(parts)}."


def what_retries_do(advice: Advice, began: datetime | None = None, now: datetime | None = None) -> str:
    """Whether waiting helps, and when the next try is due; empty where the knowledge base does not say."""
    if not advice.known:
        return ""
    if not advice.auto_retry:
        return "" if advice.self_heals else "Entra does not try this again by itself."
    gaps = f" ({advice.retry_after})" if advice.retry_after else ""
    hope = "that can be enough" if advice.self_heals else "it fails again until somebody acts"
    at = next_try(advice, began, now) if now else None
    soon = f" The next try of what failed first is due about {in_utc(at)}." if at and now else ""
    return f"Entra tries again by itself{gaps}; {hope}.{soon}"


def next_try(advice: Advice, began: datetime | None, now: datetime) -> datetime | None:
    """When Entra tries a failed object again; None where only its next cycle is known, or nothing."""
    if not advice.auto_retry or began is None or "24 h" not in advice.retry_after:
        return None
    gaps = [timedelta(hours=6), timedelta(hours=12), *(timedelta(days=each) for each in range(1, DAYS_UNTIL_OFF + 1))]
    return next((began + gap for gap in gaps if began + gap > now), None)
