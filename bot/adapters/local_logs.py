"""The local log store: Log Analytics' tables in DuckDB, read with KQL. The only place that knows the engine."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.adapters.kql import rows as shape
from bot.adapters.kql.errors import BadMeaning, BadQuery, TimedOut, TooDear
from bot.adapters.kql.tables import AUDITS, HIDDEN, PROVISIONING, ddl

if TYPE_CHECKING:  # the engine costs 50 MB: it is imported when the store is first used
    from duckdb import DuckDBPyConnection

    from bot.adapters.kql.answer import Row, Table

log = logging.getLogger(__name__)

Arrived = tuple[dict[str, Any], datetime]
"""An entry of Graph's log, and when it arrived."""

CONCURRENT = 4
"""Queries that run at once; one that will not stop keeps its place until it does."""

_CHUNK = 1000

# In this order: what can reach outside goes first, and the lock last, so that no query can undo any of it.
_LOCKDOWN = (
    "SET GLOBAL TimeZone = 'UTC'",
    "SET temp_directory = ''",
    "SET python_enable_replacements = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


class LocalLogs:
    """AADProvisioningLogs, AuditLogs and AzureActivity in a file, or in memory where `path` is None."""

    def __init__(
        self, path: Path | None = None, *, tenant: str = "", workspace: str = "", threads: int = 2, memory: str = "1GB"
    ) -> None:
        self._path, self._tenant, self._workspace = path, tenant, workspace
        self._config: dict[str, str | bool | int | float | list[str]] = {"threads": threads, "memory_limit": memory}
        self._connection: DuckDBPyConnection | None = None
        self._opening = threading.Lock()
        self._readers = ThreadPoolExecutor(CONCURRENT, thread_name_prefix="kql")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="kql-append")
        self._leftovers: set[asyncio.Task[None]] = set()

    async def append_provisioning(self, arrived: Iterable[Arrived]) -> int:
        """Add provisioningObjectSummary entries; returns how many were left out because they have no readable time."""
        return await self._append(PROVISIONING, lambda entry: shape.provisioning(entry, self._workspace), arrived)

    async def append_audits(self, arrived: Iterable[Arrived]) -> int:
        """Add directoryAudit entries; returns how many were left out because they have no readable time."""
        return await self._append(AUDITS, lambda entry: shape.audit(entry, self._tenant), arrived)

    async def query(
        self,
        kql: str,
        *,
        timespan: tuple[datetime, datetime] | None = None,
        now: datetime | None = None,
        max_rows: int = 500_000,
        max_bytes: int = 100_000_000,
        timeout: float = 180,  # noqa: ASYNC109  the engine has to be told, so a time-out around the call is not enough
    ) -> Table:
        """Run a query; `timespan` bounds TimeGenerated as in the service. Raises BadQuery (TimedOut, TooDear, …)."""
        run = _Run(kql, timespan, now or datetime.now(UTC), max_rows, max_bytes)
        future = self._readers.submit(run.answer, self._cursor)
        waiting = asyncio.wrap_future(future)
        waiting.add_done_callback(_seen)
        try:
            done, _ = await asyncio.wait({waiting}, timeout=timeout)
        finally:
            if not waiting.done():
                self._abandon(run, future)
        if not done:
            raise TimedOut(f"The query did not finish within {timeout:g} seconds; ask for less or for a shorter time.")
        return waiting.result()

    async def close(self) -> None:
        """Stop what runs and let go of the file."""
        await asyncio.gather(*self._leftovers)
        for pool in (self._readers, self._writer):
            await asyncio.to_thread(pool.shutdown)
        if self._connection is not None:
            self._connection.close()

    def _abandon(self, run: _Run, future: Future[Table]) -> None:
        if not future.cancel():
            log.warning("a query runs on after its time and is being stopped")
            task = asyncio.create_task(run.stopped(future))
            self._leftovers.add(task)
            task.add_done_callback(self._leftovers.discard)

    async def _append(self, table: str, make: Callable[[dict[str, Any]], Row], arrived: Iterable[Arrived]) -> int:
        entries = list(arrived)
        if not entries:
            return 0
        return await asyncio.wrap_future(self._writer.submit(self._write, table, make, entries))

    def _write(self, table: str, make: Callable[[dict[str, Any]], Row], entries: list[Arrived]) -> int:
        made: list[Row] = []
        broken = 0
        for entry, at in entries:
            try:
                made.append((*make(entry), shape.moment(at)))
            except shape.BadRow:
                broken += 1
        with closing(self._cursor()) as cursor, cursor.appender(f"{HIDDEN}.{table}") as appender:
            appender.append_rows(made)
        return broken

    def _cursor(self) -> DuckDBPyConnection:
        """A connection of its own for one piece of work: they share the data, not the transaction."""
        with self._opening:
            if self._connection is None:
                self._connection = self._open()
            return self._connection.cursor()

    def _open(self) -> DuckDBPyConnection:
        import duckdb

        connection = duckdb.connect(str(self._path or ":memory:"), config=self._config)
        for statement in (*ddl(), *_LOCKDOWN):
            connection.execute(statement)
        return connection


class _Run:
    """One query on one cursor, which can be stopped from outside."""

    def __init__(
        self, kql: str, timespan: tuple[datetime, datetime] | None, now: datetime, max_rows: int, max_bytes: int
    ) -> None:
        self._kql, self._max_rows, self._max_bytes = kql, max_rows, max_bytes
        self._span = (shape.moment(timespan[0]), shape.moment(timespan[1])) if timespan else (None, None)
        self._now = shape.moment(now)
        self._cursor: DuckDBPyConnection | None = None
        self._stop = False

    def answer(self, connect: Callable[[], DuckDBPyConnection]) -> Table:
        """Translate, run and fetch; for a thread of its own."""
        import duckdb

        from bot.adapters.kql.answer import collect
        from bot.adapters.kql.translate import translate

        query = translate(self._kql, spanned=self._span[0] is not None, rows=self._max_rows + 1)
        with closing(connect()) as self._cursor:
            if self._stop:
                raise TimedOut("The query was stopped.")
            try:
                ran = self._cursor.execute(query.sql, query.parameters(self._now, *self._span))
                limits = {"max_rows": self._max_rows, "max_bytes": self._max_bytes}
                return collect(ran.description or [], _chunks(ran), **limits)
            except duckdb.Error as error:
                raise _told(error) from None

    async def stopped(self, future: Future[Table]) -> None:
        """Interrupt until it has stopped: a call between two statements is lost, and some functions hear late."""
        self._stop = True
        while not future.done():
            if self._cursor is not None:
                self._cursor.interrupt()
            await asyncio.sleep(0.1)


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
    if isinstance(error, (duckdb.ProgrammingError, duckdb.DataError, duckdb.InvalidInputException)):
        return BadMeaning(said)
    return BadQuery(said)


def _seen(future: asyncio.Future[Table]) -> None:
    """Take note of an abandoned query's error, which nobody waits for."""
    if not future.cancelled():
        future.exception()
