"""Reads the ISO 8601 time spans that the Log Analytics API takes: a duration up to now, or two ends of a period."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from sandbox.log_answers import bad_argument

_DURATION = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)


def period(text: str, now: datetime) -> tuple[datetime, datetime]:
    """The beginning and the end of a time span. Raises ApiError."""
    first, slash, second = text.partition("/")
    try:
        if not slash:
            return now - _duration(first), now
        if first.startswith("P"):
            end = _moment(second)
            return end - _duration(first), end
        start = _moment(first)
        return start, start + _duration(second) if second.startswith("P") else _moment(second)
    except (ValueError, OverflowError):
        raise bad_argument("InvalidTimespan", f"The timespan '{text[:80]}' is not valid") from None


def _duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    parts = {name: float(value) for name, value in found.groupdict().items() if value} if found else {}
    if not parts:
        raise ValueError(text)
    return timedelta(**parts)


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
