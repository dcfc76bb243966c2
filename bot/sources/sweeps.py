"""When which stretch of Graph's log is read again: tiers of sweeps, short and often for speed, long and seldom for late rows.

A tier's overlap is the lag that it forgives: a row that arrives no later than that after its time is in a sweep's stretch.
The stretch begins where the sweep before it ended, less the overlap, so that a bot that was down misses nothing either.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

FIRST_LOOK = timedelta(hours=24)
_PATIENCE = 3  # sweeps that may end in an empty page before the end is believed
_MOST_PAGES = 5_000  # a sweep whose links lead on for longer goes round in circles


class Tier(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of sweep. `share` is how many calls a minute it may use on average; a longer sweep comes less often."""

    name: str
    period: timedelta
    overlap: timedelta
    share: float
    filtered: bool = False
    thorough: bool = False


FAILING = Tier(name="failing", period=timedelta(seconds=10), overlap=timedelta(minutes=15), share=6, filtered=True)
NEWEST = Tier(name="newest", period=timedelta(seconds=10), overlap=timedelta(minutes=2), share=6)
RECENT = Tier(name="recent", period=timedelta(minutes=1), overlap=timedelta(minutes=5), share=6)
MIDDLE = Tier(name="middle", period=timedelta(minutes=5), overlap=timedelta(minutes=16), share=4)
LATE = Tier(name="late", period=timedelta(minutes=30), overlap=timedelta(minutes=61), share=7, thorough=True)


class Sweep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far a tier is. `mark` is what the next stretch counts from; `began` is set while a sweep is under way."""

    mark: datetime | None = None
    tried: datetime | None = None
    cost: int = 0
    doubts: int = 0
    began: datetime | None = None
    since: datetime | None = None
    link: str = ""
    pages: int = 0
    rows: int = 0
    newest: datetime | None = None


class Cursor(msgspec.Struct, frozen=True, omit_defaults=True):
    """All tiers; small enough to be stored with every batch."""

    tiers: Mapping[str, Sweep] = {}

    def of(self, tier: Tier) -> Sweep:
        return self.tiers.get(tier.name) or Sweep()

    def put(self, tier: Tier, sweep: Sweep) -> Cursor:
        return Cursor({**self.tiers, tier.name: sweep})

    def text(self) -> str:
        return msgspec.json.encode(self).decode()


def cursor_from(text: str) -> Cursor:
    """The cursor that a text stands for; a new one for "" . Raises ValueError for anything else."""
    if not text:
        return Cursor()
    return msgspec.json.decode(text, type=Cursor)


def is_due(tier: Tier, sweep: Sweep, now: datetime) -> bool:
    """Whether a tier has something to do: a sweep under way, or one whose time has come, also by a clock set back."""
    if sweep.began is not None or sweep.tried is None or now < sweep.tried:
        return True
    return now - sweep.tried >= max(tier.period, timedelta(minutes=sweep.cost / tier.share))


def begun(tier: Tier, sweep: Sweep, now: datetime) -> Sweep:
    """The sweep with a stretch to read; one that is under way stays as it is."""
    if sweep.began is not None:
        return sweep
    since = min(sweep.mark, now) - tier.overlap if sweep.mark is not None else _first(tier, now)
    return msgspec.structs.replace(sweep, began=now, since=since, link="", pages=0, rows=0, newest=None)


def anew(sweep: Sweep) -> Sweep:
    """The sweep to be begun again from its first page."""
    return msgspec.structs.replace(sweep, began=None, link="", pages=0, rows=0, newest=None)


def paged(tier: Tier, sweep: Sweep, *, rows: int, newest: datetime | None, link: str) -> Sweep:
    """The sweep after one more page, which ends it where no link leads on."""
    latest = max((at for at in (sweep.newest, newest) if at is not None), default=None)
    sweep = msgspec.structs.replace(sweep, pages=sweep.pages + 1, rows=sweep.rows + rows, newest=latest, link=link)
    if link and sweep.pages < _MOST_PAGES:
        return sweep
    return _ended(tier, sweep, trusted=rows > 0 and not link)


def _ended(tier: Tier, sweep: Sweep, *, trusted: bool) -> Sweep:
    """An empty page proves nothing: the mark stays, so that the next sweep reads the same stretch and more.

    Where rows came before the empty page it is believed after a few sweeps, because some servers end like that.
    """
    doubts = 0 if trusted else sweep.doubts + (1 if sweep.rows else 0)
    believed = trusted or (sweep.rows > 0 and doubts >= _PATIENCE)
    return Sweep(
        mark=_mark(tier, sweep) if believed else sweep.mark,
        tried=sweep.began,
        cost=_cost(tier, sweep),
        doubts=0 if believed else doubts,
    )


def _mark(tier: Tier, sweep: Sweep) -> datetime | None:
    """Where the next stretch counts from. The thorough tier trusts no clock but the rows': ours may be wrong."""
    if not tier.thorough or sweep.newest is None or sweep.began is None:
        return sweep.began
    return min(sweep.began, sweep.newest)


def _cost(tier: Tier, sweep: Sweep) -> int:
    """The calls that an ordinary sweep would have taken: one that caught up on a day says little about the next."""
    if sweep.began is None or sweep.since is None or sweep.began <= sweep.since:
        return sweep.pages
    return math.ceil(sweep.pages * min(1.0, (tier.overlap + tier.period) / (sweep.began - sweep.since)))


def _first(tier: Tier, now: datetime) -> datetime:
    return now - (FIRST_LOOK if tier.thorough else tier.overlap + tier.period)
