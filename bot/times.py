"""Times as people type them: hours of the day, time zones, and until when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import MAXYEAR, MINYEAR, UTC, datetime, time, timedelta
from functools import cache
from typing import ClassVar
from zoneinfo import ZoneInfo, available_timezones

from rapidfuzz import fuzz, process

from bot.context import Context
from bot.flags import UNIT
from bot.model import Value
from bot.ports import Refusal

LONGEST = timedelta(days=30)
NEAR_ENOUGH, NO_FARTHER = 75, 8
"""How like a city's name a word has to be, and how much less like it than the nearest one is."""
_MINUTE = r"(?:[:.][0-5][0-9])?"
_CLOCK = rf"(?:(?:0?[1-9]|1[0-2]){_MINUTE}\s*[ap]\.?m\.?|(?:[01]?[0-9]|2[0-3]){_MINUTE})"
_HOURS = re.compile(rf"({_CLOCK})\s*(?:-|–|—|−|to|until)\s*({_CLOCK})(?:\s+(.*))?", re.IGNORECASE)
_ZONED = re.compile(r"(.*?[0-9](?:\s*[ap]\.?m\.?)?)(?:\s+([a-z].*))?")
"""A time or a date, and perhaps a time zone behind it."""
_SPAN = re.compile(rf"([0-9]{{1,4}})\s*({UNIT})")
_AREAS = {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
_SHORT = {
    "est": "America/New_York",
    "cst": "America/Chicago",
    "mst": "America/Denver",
    "pst": "America/Los_Angeles",
    "gmt": "UTC",
    "cet": "Europe/Berlin",
    "jst": "Asia/Tokyo",
}
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class QuietWords(Value, frozen=True, kw_only=True):
    """What stands behind `quiet`: hours, a time zone, both, or off."""

    shape: ClassVar[str] = "22:00-07:00 [zone]|off"

    hours: tuple[time, time] | None = None
    zone: str = ""
    off: bool = False

    @classmethod
    async def read(cls, ctx: Context, text: str) -> QuietWords:
        """Raises Refusal."""
        said = " ".join(text.split())
        if said.lower() == "off":
            return cls(off=True)
        found = _HOURS.fullmatch(said)
        if found is None and re.search(r"[0-9]", said.split("/")[0][:1]):
            raise Refusal(f"'{said[:40]}' is not from when to when; write `quiet 22:00-07:00`.", ("quiet 22:00-07:00",))
        if found is None:
            return cls(zone=zone_of(said, "quiet "))
        begins, ends = clock(found[1]), clock(found[2])
        if begins == ends:
            raise Refusal(
                "Quiet hours need a beginning and another end. To hear nothing at all for a while, write `mute 1d`."
            )
        return cls(hours=(begins, ends), zone=zone_of(found[3], f"quiet {found[1]}-{found[2]} ") if found[3] else "")


class Until(Value, frozen=True, kw_only=True):
    """How long something shall last: a span, a time of day, a date, or off at once; `zone` is "" where none was said."""

    shape: ClassVar[str] = "2h|18:00|<date>|off"

    span: timedelta | None = None
    at: time | None = None
    on: datetime | None = None
    zone: str = ""

    @classmethod
    async def read(cls, ctx: Context, text: str) -> Until:
        """Raises Refusal."""
        said = " ".join(text.lower().removeprefix("until ").removeprefix("for ").split())
        if said == "off":
            return cls()
        if found := _SPAN.fullmatch(said):
            return cls(span=timedelta(**{_UNITS[found[2][0]]: int(found[1])}))
        found = _ZONED.fullmatch(said)
        when, zone = (found[1], found[2] or "") if found else (said, "")
        at = clock(when) if re.fullmatch(_CLOCK, when) and not when.isdecimal() else None
        on = None if at else _date(when)
        if at is None and on is None:
            day = a_date(ctx.now())
            raise Refusal(
                f"'{text[:40]}' is not until when; write 2h, 18:00, {day} or off.",
                ("mute 2h", f"mute {day}", "mute off"),
            )
        return cls(at=at, on=on, zone=zone_of(zone, f"mute {when} ") if zone else "")

    def end(self, now: datetime, zone: str) -> datetime | None:
        """The time that is meant, by the clocks of a zone, or of that which was said; None for off. Raises Refusal."""
        if self.span is None and self.at is None and self.on is None:
            return None
        here = now.astimezone(ZoneInfo(self.zone or zone))
        if self.span is not None:
            end = now + self.span
        elif self.at is not None:
            end = datetime.combine(here.date(), self.at, tzinfo=here.tzinfo).astimezone(UTC)
            if end <= now:
                end = datetime.combine(here.date() + timedelta(days=1), self.at, tzinfo=here.tzinfo).astimezone(UTC)
        else:
            end = (self.on or here).replace(tzinfo=here.tzinfo).astimezone(UTC)
        if end <= now:
            raise Refusal("That would be over already.", ("mute 2h",))
        if end > now + LONGEST:
            raise Refusal(f"That is further away than {LONGEST.days} days, which is the longest.", ("mute 30d",))
        return end


def _date(text: str) -> datetime | None:
    """A date, perhaps with a time behind it; None for what is none, or no year of anybody's."""
    try:
        found = datetime.fromisoformat(text.replace(" ", "T").upper()).replace(tzinfo=None)
    except ValueError:
        return None
    return found if MINYEAR < found.year < MAXYEAR else None


def a_date(now: datetime) -> str:
    """A date that may be named now, as an example."""
    return f"{now + timedelta(days=7):%Y-%m-%d}"


def clock(text: str) -> time:
    """22:00, 22.00, 22, 10pm or 10:00 p.m. as a time of day."""
    half = re.search(r"([ap])\.?m\.?$", text.lower())
    hour, minute = (*map(int, re.findall(r"[0-9]+", text)), 0)[:2]
    return time(hour if half is None else hour % 12 + 12 * (half[1] == "p"), minute)


def zone_of(text: str, line: str = "") -> str:
    """A name of the IANA list, or the city of one alone, whatever its case. Raises Refusal; `line` stands before each offer."""
    wanted = text.strip().replace(" ", "_").lower()
    if wanted in _zones():
        return _zones()[wanted]
    meant = [_SHORT[wanted]] if wanted in _SHORT else _cities().get(wanted, [])
    if len(meant) == 1 and wanted not in _SHORT:
        return meant[0]
    names = meant or _near(wanted)
    hint = f" Did you mean {names[0]}?" if names else ""
    said = f"'{text[:40]}' is no time zone; they are written as Europe/Berlin.{hint}"
    raise Refusal(said, [f"{line}{name}" for name in names])


def _near(wanted: str) -> list[str]:
    """Zones whose names are nearly this, the nearest first: by city, and of the area alone that was named rightly."""
    area, _, city = wanted.rpartition("/")
    within = [zone for name, zone in _zones().items() if name.startswith(f"{area}/")]
    cities = {zone: zone.rpartition("/")[2].lower() for zone in within or _zones().values()}
    found = process.extract(city, cities, scorer=fuzz.ratio, limit=3, score_cutoff=NEAR_ENOUGH)
    return [zone for _, likeness, zone in found if likeness >= found[0][1] - NO_FARTHER]


@cache
def _cities() -> Mapping[str, list[str]]:
    """The zones of each city, of which some stand under several names."""
    found: dict[str, list[str]] = {}
    for zone in sorted(_zones().values()):
        if zone.partition("/")[0] in _AREAS:
            found.setdefault(zone.rpartition("/")[2].lower(), []).append(zone)
    return found


@cache
def _zones() -> Mapping[str, str]:
    # EST knows no summer, localtime is whatever this machine has: only Area/City says where somebody is.
    return {each.lower(): each for each in available_timezones() if "/" in each or each == "UTC"}
