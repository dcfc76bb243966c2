"""SQLite's thread is visited once for each statement: waking it up costs more than most statements do.

aiosqlite goes there to make a cursor, to execute, to fetch, and to close; the first and the last wait for nothing, and the
other two can be done in one go, because all rows are fetched anyway.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import aiosqlite

FEW = 1_000
"""Rows that are fetched along; an answer that has more is asked for the rest."""


class _Cursor(aiosqlite.Cursor):
    _first: list[Any]
    _more: bool

    async def __aenter__(self) -> _Cursor:
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> _Cursor:
        visit = partial(self._run, sql, () if parameters is None else parameters)
        self._first = await self._there(visit)
        self._more = len(self._first) == FEW
        return self

    def _run(self, sql: str, parameters: Any) -> list[Any]:
        self._cursor.execute(sql, parameters)
        return self._cursor.fetchmany(FEW) if self._cursor.description else []

    async def fetchall(self) -> list[Any]:
        first, self._first = self._first, []
        return first + await self._there(self._cursor.fetchall) if self._more else first

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        if self._first or not self._more:
            size = size or self._cursor.arraysize
            some, self._first = self._first[:size], self._first[size:]
            return some
        return await self._there(partial(self._cursor.fetchmany, size or self._cursor.arraysize))

    async def fetchone(self) -> Any:
        return next(iter(await self.fetchmany(1)), None)

    async def _there(self, visit: Callable[[], list[Any]]) -> list[Any]:
        """Run something in the connection's thread."""
        return await self._execute(visit)  # pyright: ignore[reportUnknownMemberType]

    async def close(self) -> None:
        self._cursor.close()


class _Connection(aiosqlite.Connection):
    def cursor(self) -> _Cursor:  # pyright: ignore[reportIncompatibleMethodOverride] (it is only ever entered)
        return _Cursor(self, self._conn.cursor())


async def connected(path: str) -> aiosqlite.Connection:
    """A connection to a file, with a thread of its own that does not keep the process alive."""
    # Never used by two at once, but by this thread for what does not wait, and by its own for all else.
    connection = _Connection(partial(sqlite3.connect, path, check_same_thread=False), iter_chunk_size=64)
    connection._thread.daemon = True  # pyright: ignore[reportPrivateUsage] (as SQLAlchemy does)
    return await connection
