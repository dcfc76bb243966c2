"""The local log store: Log Analytics' tables in DuckDB, read with KQL. With the folder kql, all that knows the engine."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.adapters.kql import people
from bot.adapters.kql import rows as shape
from bot.adapters.kql.answer import Row, Table
from bot.adapters.kql.errors import TimedOut
from bot.adapters.kql.opening import opened
from bot.adapters.kql.run import Run
from bot.adapters.kql.tables import AUDITS, HIDDEN, PROVISIONING
from bot.ports import SourceDown

if TYPE_CHECKING:  # the engine costs 50 MB: it is imported when the store is first used
    from duckdb import DuckDBPyConnection, Statement

log = logging.getLogger(__name__)

Arrived = tuple[dict[str, Any], datetime]
"""An entry of Graph's log, and when it arrived."""

CONCURRENT = 4
"""Queries that run at once; one that will not stop keeps its place until it does."""

KEPT = 64
"""Queries that are kept as the engine has read them, a quarter of a megabyte each."""


class LocalLogs:
    """AADProvisioningLogs, AuditLogs and AzureActivity in a file, or in memory where `path` is None.

    With `people` each row is kept once, and one person's rows of the provisioning log are found at once.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        tenant: str = "",
        workspace: str = "",
        threads: int = 2,
        memory: str = "1GB",
        people: bool = False,
    ) -> None:
        self._path, self._tenant, self._workspace, self._people = path, tenant, workspace, people
        self._threads, self._memory = threads, memory
        self._connection: DuckDBPyConnection | None = None
        self._opening = threading.Lock()
        self._readers = ThreadPoolExecutor(CONCURRENT, thread_name_prefix="kql")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="kql-append")
        self._leftovers: set[asyncio.Task[None]] = set()
        # Most queries are asked again and again, and their SQL is long: to read it takes nearly as long as to run it.
        self._read = lru_cache(maxsize=KEPT)(self._parsed)

    async def append_provisioning(self, arrived: Iterable[Arrived]) -> int:
        """Add provisioningObjectSummary entries; returns how many were left out because they have no readable time."""
        return await self._append(PROVISIONING, lambda entry: shape.provisioning(entry, self._workspace), arrived)

    async def append_audits(self, arrived: Iterable[Arrived]) -> int:
        """Add directoryAudit entries; returns how many were left out because they have no readable time."""
        return await self._append(AUDITS, lambda entry: shape.audit(entry, self._tenant), arrived)

    async def append_rows(self, rows: Sequence[Row]) -> None:
        """Add rows of AADProvisioningLogs as they are, each with its time of ingestion in the end."""
        await asyncio.wrap_future(self._writer.submit(self._insert, PROVISIONING, rows))

    async def query(
        self,
        kql: str,
        *,
        timespan: tuple[datetime, datetime] | None = None,
        now: datetime | None = None,
        max_rows: int = 500_000,
        max_bytes: int = 100_000_000,
        timeout: float = 180,  # noqa: ASYNC109  the engine has to be told, so a time-out around the call is not enough
        about: Sequence[str] = (),
    ) -> Table:
        """Run a query; `timespan` bounds TimeGenerated as in the service. Raises BadQuery (TimedOut, TooDear, …) or SourceDown.

        `about` are texts, one of which stands in the identities of every row that is wanted.
        """
        run = Run(kql, timespan, now or datetime.now(UTC), max_rows, max_bytes, about if self._people else ())
        future = self._readers.submit(run.answer, self._cursor, self._read)
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

    async def forget(self, before: datetime) -> None:
        """Let go of what was written before a time."""
        await asyncio.wrap_future(self._writer.submit(self._forget, shape.moment(before)))

    async def close(self) -> None:
        """Stop what runs and let go of the file."""
        await asyncio.gather(*self._leftovers)
        for pool in (self._readers, self._writer):
            await asyncio.to_thread(pool.shutdown)
        self._read.cache_clear()
        if self._connection is not None:
            self._connection.close()

    def _abandon(self, run: Run, future: Future[Table]) -> None:
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
        self._insert(table, made)
        return broken

    def _insert(self, table: str, made: Sequence[Row]) -> None:
        with self._writing() as cursor:
            if self._people:
                made = people.fresh(cursor, table, made)
            if self._people and table == PROVISIONING:
                people.remember(cursor, made)
            with cursor.appender(f"{HIDDEN}.{table}") as appender:
                appender.append_rows(made)

    def _forget(self, before: datetime) -> None:
        with self._writing() as cursor:
            people.forget(cursor, before)

    @contextmanager
    def _writing(self) -> Generator[DuckDBPyConnection]:
        """One transaction. Raises SourceDown, as where the disk is full."""
        import duckdb

        try:
            with closing(self._cursor()) as cursor:
                cursor.begin()
                yield cursor
                cursor.commit()
        except duckdb.Error as error:
            said = str(error).partition("\n")[0]
            raise SourceDown(f"The local log store {self._path or 'in memory'} cannot be written: {said}") from None

    def _cursor(self) -> DuckDBPyConnection:
        """A connection of its own for one piece of work: they share the data, not the transaction."""
        with self._opening:
            if self._connection is None:
                more = people.DDL if self._people else ()
                self._connection = opened(self._path, threads=self._threads, memory=self._memory, more=more)
            return self._connection.cursor()

    def _parsed(self, sql: str) -> Statement:
        """SQL as the engine reads it."""
        with closing(self._cursor()) as cursor:
            [statement] = cursor.extract_statements(sql)
            return statement


def _seen(future: asyncio.Future[Table]) -> None:
    """Take note of an abandoned query's error, which nobody waits for."""
    if not future.cancelled():
        future.exception()
