"""Reads the provisioning log from a Log Analytics workspace, by when rows were ingested: late rows come at the end."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from bot.ports import Batch, SourceDown
from bot.sources.broken import Broken
from bot.sources.columns import from_columns
from bot.sources.kql import Place, reading
from bot.sources.pacer import Pacer

if TYPE_CHECKING:
    from bot.adapters.log_analytics import LogAnalytics, Row

log = logging.getLogger(__name__)

# One query a look makes six a minute; what is saved up may be spent at once to catch up.
BUDGET = ((600.0, 60),)
OVERLAP = timedelta(minutes=5)
FIRST_LOOK = timedelta(hours=24)
# Rows of a query: far below the service's limits of 500,000 rows and 64 MB, so that an answer is seldom cut short.
ROWS, FEWEST, MOST = 10_000, 100, 200_000
BATCH = 5_000
# Rows can be late by days where the export was only just set up, and our clock may be behind the service's.
_EARLIER, _LATER = timedelta(days=30), timedelta(days=2)


class Position(msgspec.Struct, frozen=True, omit_defaults=True):
    """The cursor. `mark` is the ingestion time of the last row seen; `at` is set while a look is under way."""

    mark: str = ""
    at: Place | None = None

    def after(self, place: Place, *, done: bool) -> Position:
        return Position(mark=max(self.mark, place.ingested)) if done else Position(mark=self.mark, at=place)

    def text(self) -> str:
        return msgspec.json.encode(self).decode()


class LogAnalyticsSource:
    """Port `Source`. Each look begins a little before the last row seen, because ingestion is not quite in order."""

    name = "log_analytics"

    def __init__(self, workspace: LogAnalytics, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._workspace = workspace
        self.pacer = Pacer(BUDGET, elapsed)
        self._broken = Broken(self.name)
        self._rows = ROWS

    async def read(self, cursor: str, now: datetime) -> AsyncIterator[Batch]:
        """Yield what was ingested since the cursor, at most 5,000 rows a batch. Raises SourceDown."""
        if held := self.pacer.held:
            raise SourceDown(f"Log Analytics asks for fewer queries, for {held:.0f} s more.", held)
        position = _position(cursor)
        place, most = position.at or _start(position, now), self._rows
        while self.pacer.take():
            rows = await self._query(place, most, now)
            if rows is None:
                most = self._rows
                continue
            done, end = len(rows) < most, place
            for some, last in _slices(rows):
                events, broken = self._broken.sift(from_columns(row, now) for row in some)
                end = _place(some[-1])
                position = position.after(end, done=done and last)
                yield Batch(events=events, cursor=position.text(), broken=broken)
            if done:
                return
            most = self._rows if end > place else _more(most)
            place = end

    async def _query(self, place: Place, most: int, now: datetime) -> Sequence[Row] | None:
        """The rows; None where they were too many for one answer, and fewer are to be asked for."""
        from bot.adapters.log_faults import PartialAnswer

        try:
            since = _moment(place.ingested)
            return await self._workspace.query(
                reading(place, most), timespan=(min(since, now) - _EARLIER, max(since, now) + _LATER)
            )
        except PartialAnswer:
            if self._rows <= FEWEST:
                raise
            self._rows = max(FEWEST, min(most, self._rows) // 2)
            log.warning("Log Analytics cut an answer short, asking for less", extra={"rows": self._rows})
            return None
        except SourceDown as error:
            if error.after:
                self.pacer.hold(error.after)
            raise


def _slices(rows: Sequence[Row]) -> Iterator[tuple[Sequence[Row], bool]]:
    """The rows in batches, and whether each is the last."""
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH], start + BATCH >= len(rows)


def _more(most: int) -> int:
    """More rows of one place than a query brought: ask for more at once. Raises SourceDown."""
    if most >= MOST:
        raise SourceDown(f"Log Analytics holds more than {MOST} rows of one moment; the bot cannot read past them.")
    return min(MOST, most * 4)


def _position(cursor: str) -> Position:
    if not cursor:
        return Position()
    try:
        position = msgspec.json.decode(cursor, type=Position)
        return position if not position.mark else Position(mark=Place(position.mark).ingested, at=position.at)
    except ValueError:
        log.warning("cursor not readable, read anew", extra={"source": LogAnalyticsSource.name})
        return Position()


def _start(position: Position, now: datetime) -> Place:
    since = _moment(position.mark) - OVERLAP if position.mark else now - FIRST_LOOK
    return Place(f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0Z")


def _place(row: Row) -> Place:
    try:
        return Place(str(row.get("Ingested")), str(row.get("At") or ""))
    except ValueError:
        raise SourceDown("Log Analytics answered with rows that do not say when they were ingested.") from None


def _moment(text: str) -> datetime:
    return msgspec.convert(text, datetime)
