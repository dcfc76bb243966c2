"""Quiet hours on the wall of somebody's own zone: when they hold, when they end, and what breaks through."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.model import Severity
from bot.model.held import Preferences, QuietHours, Why

_DAY = timedelta(days=1)
_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


def why_held(wishes: Preferences, severity: Severity, now: datetime) -> Why | None:
    """Why news of this severity are kept from somebody now; None where they are to be told."""
    but = wishes.quiet.but if wishes.quiet else None
    if but is not None and _RANKS[severity] <= _RANKS[but]:
        return None
    if wishes.muted_until is not None and now < wishes.muted_until:
        return Why.MUTED
    return Why.QUIET if _ends(wishes, now) is not None else None


def left_alone_until(wishes: Preferences, now: datetime) -> datetime | None:
    """When somebody is told again, whose quiet hours or silence hold now: the end of both where one follows the other."""
    at = now
    while True:
        muted = wishes.muted_until
        later = max((end for end in (_ends(wishes, at), muted) if end is not None and end > at), default=None)
        if later is None or later - now > timedelta(days=400):
            return at if at > now else None
        at = later


def blocks(hours: QuietHours, zone: ZoneInfo, around: date) -> Iterator[tuple[datetime, datetime]]:
    """The quiet hours that begin the day before, on this day, and the day after, in UTC.

    An hour that the clocks show twice is quiet both times, and one that they leave out still has its beginning and end:
    so each day has these hours once, whatever the clocks do.
    """
    for day in (around - _DAY, around, around + _DAY):
        over = day + _DAY if hours.ends <= hours.begins else day
        yield min(_both(day, hours.begins, zone)), max(_both(over, hours.ends, zone))


def _both(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first and the second meaning of a time on the wall; nearly always they are the same."""
    on = datetime.combine(day, at, tzinfo=zone)
    return on.astimezone(UTC), on.replace(fold=1).astimezone(UTC)


def _ends(wishes: Preferences, now: datetime) -> datetime | None:
    if wishes.quiet is None:
        return None
    zone = ZoneInfo(wishes.zone or "UTC")
    found = blocks(wishes.quiet, zone, now.astimezone(zone).date())
    return max((end for begin, end in found if begin <= now < end), default=None)
