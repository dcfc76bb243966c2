"""Spans of time as people type them, and what one that is wrong may mean."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.context import Context
from bot.flags import UNIT
from bot.ports import Unclear

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SPAN = re.compile(rf"([0-9]{{1,5}})\s*({UNIT})", re.IGNORECASE)
_LONGEST = timedelta(days=30)


async def read_span(_: Context, text: str) -> timedelta:
    """A span like 30m, 24h, 7d or 2w, at most 30 days (what Entra keeps). Raises Unclear with what may be meant."""
    found = _SPAN.fullmatch(text.strip())
    span = timedelta(**{_UNITS[found[2][0].lower()]: int(found[1])}) if found else timedelta()
    if timedelta() < span <= _LONGEST:
        return span
    if span:
        raise Unclear(f"'{text[:40]}' is not a span of time that I take; 30d is the longest.", ["30d"])
    near = _spans(text)
    said = f"'{text[:40]}' is not a span of time; write 30m, 24h or 7d, at most 30d."
    raise Unclear(said + (f" Did you mean {near[0]}?" if near else ""), near or ["24h", "7d"])


def _spans(text: str) -> list[str]:
    """What a number without its right unit may mean."""
    found = re.match(r"\s*([0-9]{1,5})", text)
    number = int(found[1]) if found else 0
    fits = {unit: timedelta() < timedelta(**{name: number}) <= _LONGEST for unit, name in _UNITS.items()}
    return [f"{number}{unit}" for unit in "dh" if fits[unit]]
