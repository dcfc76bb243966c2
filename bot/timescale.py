"""Times on the axis of a chart: Teams gives a name a few letters of room, but counts days and numbers by itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.model import Value

# Up to how long a stretch each unit is used.
_UNITS = (
    ("minutes", timedelta(minutes=1), timedelta(hours=3)),
    ("hours", timedelta(hours=1), timedelta(days=3)),
    ("days", timedelta(days=1), timedelta.max),
)


class Timescale(Value, frozen=True, kw_only=True):
    """What each time is called, and where it stands: so many of a unit before the last one.

    Whole days have no place: their names are dates, which Teams knows to put on an axis.
    """

    names: dict[datetime, str]
    places: tuple[tuple[str, float], ...] = ()
    unit: str = ""


def timescale(times: Iterable[datetime]) -> Timescale:
    """The scale for these times."""
    ordered = sorted(set(times))
    if not ordered or all(at.hour == at.minute == at.second == 0 for at in ordered):
        return Timescale(names={at: f"{at:%Y-%m-%d}" for at in ordered})
    first, last = ordered[0], ordered[-1]
    fine = any(at.minute or at.second for at in ordered)
    units = _UNITS if fine else _UNITS[1:]
    word, unit, _ = next(each for each in units if last - first <= each[2])
    form = _form(ordered)
    names = {at: f"{at.day} {at:{form}}" for at in ordered}
    places = tuple((names[at], round((at - last) / unit, 3)) for at in ordered)
    return Timescale(names=names, places=places, unit=f"{word} before {last.day} {last:{form}} UTC")


def _form(times: list[datetime]) -> str:
    """As short as tells them apart."""
    year = "" if times[0].year == times[-1].year else " %Y"
    seconds = ":%S" if any(at.second for at in times) else ""
    return f"%b{year} %H:%M{seconds}"
