"""One run of a query on a connection of its own: translated, executed, fetched, and stopped where it must be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from datetime import datetime
from typing import TYPE_CHECKING

from bot.adapters.kql import people
from bot.adapters.kql import rows as shape
from bot.adapters.kql.answer import Row, Table, collect
from bot.adapters.kql.errors import BadMeaning, BadQuery, TimedOut, TooDear

if TYPE_CHECKING:  # the engine costs 50 MB: it is imported when a query is first run
    from duckdb import DuckDBPyConnection, Statement

_CHUNK = 1000
_AGAIN = 0.1


class Run:
    """One query on one cursor, which can be stopped from outside."""

    def __init__(
        self,
        kql: str,
        timespan: tuple[datetime, datetime] | None,
        now: datetime,
        max_rows: int,
        max_bytes: int,
        about: Sequence[str] = (),
    ) -> None:
        self._kql, self._max_rows, self._max_bytes, self._about = kql, max_rows, max_bytes, about
        self._span = (shape.moment(timespan[0]), shape.moment(timespan[1])) if timespan else (None, None)
        self._now = shape.moment(now)
        self._cursor: DuckDBPyConnection | None = None
        self._stop = False

    def answer(self, connect: Callable[[], DuckDBPyConnection], read: Callable[[str], Statement]) -> Table:
        """Translate, run and fetch; for a thread of its own. `read` is the engine's reading of SQL."""
        import duckdb

        from bot.adapters.kql.translate import translate

        query = translate(
            self._kql, spanned=self._span[0] is not None, rows=self._max_rows + 1, listed=bool(self._about)
        )
        with closing(connect()) as self._cursor:
            if self._stop:
                raise TimedOut("The query was stopped.")
            try:
                self._cursor.begin()  # the engine numbers rows anew when it tidies up
                listed = people.rows(self._cursor, self._about, *self._span) if self._about else []
                ran = self._cursor.execute(read(query.sql), query.parameters(self._now, *self._span, listed))
                limits = {"max_rows": self._max_rows, "max_bytes": self._max_bytes}
                return collect(ran.description or [], _chunks(ran), **limits)
            except duckdb.Error as error:
                raise _told(error) from None

    async def stopped(self, future: Future[Table]) -> None:
        """Interrupt until it has stopped: a call between two statements is lost, and some functions hear late."""
        self._stop = True
        import duckdb

        while not future.done():
            with suppress(duckdb.Error):  # closed in the meantime
                if self._cursor is not None:
                    self._cursor.interrupt()
            await asyncio.sleep(_AGAIN)


def _chunks(cursor: DuckDBPyConnection) -> Iterator[list[Row]]:
    while chunk := cursor.fetchmany(_CHUNK):
        yield chunk


def _told(error: Exception) -> BadQuery:
    """The engine's error as one of ours; its first line says what is wrong, the rest shows SQL."""
    import duckdb

    line = str(error).partition("\n")[0]
    said = line.partition("Error: ")[2] or line
    if isinstance(error, duckdb.InterruptException):
        return TimedOut("The query was stopped.")
    if isinstance(error, duckdb.OutOfMemoryException):
        return TooDear("The query needs more memory than it may have; ask for less or for a shorter time.")
    if isinstance(error, duckdb.BinderException):
        return BadMeaning(f"The types in the query do not go together: {said}")
    if isinstance(error, (duckdb.ProgrammingError, duckdb.DataError, duckdb.InvalidInputException)):
        return BadMeaning(said)
    return BadQuery(said)
