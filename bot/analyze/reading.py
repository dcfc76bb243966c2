"""Reads arrays of rows piece by piece, in other processes where there are some; the watch takes it as a source."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor
from datetime import datetime
from itertools import islice

import msgspec

from bot.analyze.decode import Part, Wanted, decoded, first_broken, read_piece, read_rows
from bot.analyze.errors import BadFile, Damaged
from bot.analyze.readers import MOST_READERS
from bot.analyze.seen import Seen
from bot.analyze.split import Array, Piece, pieces
from bot.analyze.walk import exactly
from bot.ports import Batch

MOST_TOLD = 20
_SHORTENED = (
    "{name} was made pretty with ConvertTo-Json, which leaves out what lies deep: error codes and steps are lost in it. "
    "Give me the file as it was downloaded, or use ConvertTo-Json -Depth 10."
)


class Download(msgspec.Struct, frozen=True):
    """Rows as arrays, the name that people know the file by, what they would call its format, and its size."""

    name: str
    format: str
    arrays: tuple[Array, ...]
    bytes: int


class Reader:
    """All rows of some downloads, in their order. `told` hears how many bytes are done.

    `partial`: of a file that is not whole, the rows before its end are used, and `warnings` says so.
    """

    def __init__(
        self,
        downloads: Sequence[Download],
        wanted: Wanted,
        pool: Executor | None,
        *,
        partial: bool,
        told: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._downloads, self._wanted, self._pool, self._partial, self._told = downloads, wanted, pool, partial, told
        self.rows: dict[str, int] = {}
        self.broken = 0
        self.broken_rows: list[str] = []
        self.warnings: list[str] = []
        self._done = 0
        self._newest: dict[Piece, datetime] = {}
        self._from: datetime | None = None

    def since(self, at: datetime) -> Reader:
        """Whole rows from a time on, of pieces that have such rows: for when all was read once."""
        since = at if self._wanted.since is None else max(at, self._wanted.since)
        wanted = msgspec.structs.replace(self._wanted, since=since, whole_rows=True)
        again = Reader(self._downloads, wanted, self._pool, partial=self._partial)
        again._newest, again._from = self._newest, since
        return again

    async def parts(self) -> AsyncIterator[Part]:
        """What each piece holds. Raises Damaged where a file is not whole, unless `partial`."""
        for download in self._downloads:
            self.rows[download.name] = 0
            for array in download.arrays:
                try:
                    async for part in self._array(download, array):
                        yield part
                except Damaged as error:
                    if not self._partial:
                        raise Damaged(f"{error} To read the rows before that all the same, add --partial.") from None
                    self.warnings.append(f"{error} The {self.rows[download.name]:,} rows before that are used.")
                self._done += array.end

    async def _array(self, download: Download, array: Array) -> AsyncIterator[Part]:
        coming, waiting = filter(self._has_some, pieces(array)), deque[tuple[Piece, asyncio.Future[bytes]]]()
        ahead = 1 if self._pool is None else MOST_READERS + 1
        while True:
            waiting.extend((piece, self._begin(piece)) for piece in islice(coming, ahead - len(waiting)))
            if not waiting:
                return
            piece, future = waiting.popleft()
            part = decoded(await future)
            if not part.whole:
                for _, each in waiting:
                    each.cancel()
                async for slow in self._exactly(download, array, piece.begin):
                    yield slow
                return
            if part.shortened:
                raise BadFile(_SHORTENED.format(name=download.name))
            if part.events:
                self._newest[piece] = max(event.at for event in part.events)
            yield self._counted(download, part, piece.end)

    def _has_some(self, piece: Piece) -> bool:
        """Whether rows that are wanted may stand in a piece; one of which nothing is known may have any."""
        known = self._newest.get(piece)
        return self._from is None or known is None or known >= self._from

    def _begin(self, piece: Piece) -> asyncio.Future[bytes]:
        loop = asyncio.get_running_loop()
        if self._pool is not None:
            return loop.run_in_executor(self._pool, read_piece, piece, self._wanted)
        done: asyncio.Future[bytes] = loop.create_future()
        done.set_result(read_piece(piece, self._wanted))
        return done

    async def _exactly(self, download: Download, array: Array, begin: int) -> AsyncIterator[Part]:
        """From a place on row by row: what is there in the way of the fast way, or where the file ends."""
        before = self.rows[download.name]
        for rows, at in exactly(array, begin, before + 1, download.name):
            good = self._good(rows)
            yield self._counted(download, read_rows(good, self._wanted), at)
            if len(good) < len(rows):
                raise Damaged(f"{download.name} is damaged in row {self.rows[download.name] + 1:,}. Download it again.")
            await asyncio.sleep(0)

    def _good(self, rows: list[bytes]) -> list[bytes]:
        """The rows before the first one that is no JSON or no UTF-8."""
        for index, row in enumerate(rows):
            try:
                row.decode()
                msgspec.json.decode(row)
            except (ValueError, RecursionError):
                return rows[:index]
        return rows

    def _counted(self, download: Download, part: Part, at: int) -> Part:
        room = MOST_TOLD - len(self.broken_rows)
        said = first_broken(part.told[:room], self.rows[download.name])
        self.broken_rows += [f"{download.name}, {each}" for each in said]
        self.broken += part.broken
        self.rows[download.name] += part.read
        self._told(self._done + at)
        return part


class DownloadSource:
    """Port `Source`: every row once, then nothing new."""

    name = "downloads"

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.seen = Seen()

    async def read(self, cursor: str, now: datetime) -> AsyncIterator[Batch]:
        if cursor:
            return
        async for part in self._reader.parts():
            self.seen.add(part.events)
            yield Batch(events=part.events, cursor="read")
