"""When an incident that nobody takes is told again: seldom, ever more seldom, and each time once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_OFF = ("off", "none")


def gaps(text: str) -> tuple[timedelta, ...]:
    """What `4h 1d 7d` means; nothing for `off`. Raises ValueError."""
    words = text.lower().replace(",", " ").split()
    if not words or (len(words) == 1 and words[0] in _OFF):
        return ()
    if wrong := [repr(word[:20]) for word in words if not re.fullmatch(r"[1-9][0-9]{0,2}[hdw]", word)]:
        are = "is not a span" if len(wrong) == 1 else "are not spans"
        raise ValueError(f"{', '.join(wrong)} {are} of hours, days or weeks, like 4h, 1d or 1w")
    spans = tuple(timedelta(**{_UNITS[word[-1]]: int(word[:-1])}) for word in words)
    if any(one >= other for one, other in pairwise(spans)):
        raise ValueError("each span must be longer than the one before it")
    return spans


def due(since: datetime, reminded: datetime | None, schedule: Sequence[timedelta], now: datetime) -> datetime | None:
    """The time of the latest reminder that is due by now, where it was not said yet.

    After the first span one is said; after it comes every multiple of the second until the third, and so on; the last
    span goes on for ever. What fell into an absence is said once, and not once for each.
    """
    age = now - since
    span = max((each for each in schedule if each <= age), default=None)
    if span is None:
        return None
    once = span == schedule[0] and len(schedule) > 1
    at = since + (span if once else (age // span) * span)
    return at if reminded is None or at > reminded else None
