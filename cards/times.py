"""Times on cards that stay: Teams shows each reader their own zone, and UTC stands beside it for comparing with logs."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

Said = str | datetime | tuple[str | datetime, ...]
"""What an element may be told: words, a time, or both in a row."""


def local(at: datetime) -> str:
    """A time in the reader's zone, for TextBlocks and facts only: in a TextRun Teams on the desktop would show it raw.

    https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features
    """
    stamp = f"{at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()}Z"
    return f"{{{{DATE({stamp},SHORT)}}}} {{{{TIME({stamp})}}}} ({in_utc(at)})"


def in_utc(at: datetime) -> str:
    """A time that is still right tomorrow, e.g. `20 Nov 22:14 UTC`."""
    return f"{at.day} {at:%b %H:%M} UTC"


def in_zone(at: datetime, zone: str) -> str:
    """A time by the clocks of a zone that somebody chose, with its name, e.g. `20 Nov 23:14 Europe/Berlin (22:14 UTC)`."""
    if zone == "UTC":
        return in_utc(at)
    there = at.astimezone(ZoneInfo(zone))
    same_day = there.date() == at.astimezone(UTC).date()
    return f"{there.day} {there:%b %H:%M} {zone} ({f'{at:%H:%M} UTC' if same_day else in_utc(at)})"


def plainly(said: Said) -> str:
    """The same where only text can be: times in UTC alone."""
    return "".join(in_utc(piece) if isinstance(piece, datetime) else piece for piece in pieces(said))


def pieces(said: Said) -> tuple[str | datetime, ...]:
    return said if isinstance(said, tuple) else (said,)
