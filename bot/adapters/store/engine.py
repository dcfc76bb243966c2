"""Opening the store: one writer at a time, readers beside it, the schema brought up to date."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection, event, inspect, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.adapters.store.alerts import Alerts
from bot.adapters.store.arrivals import Arrivals
from bot.adapters.store.audits import Audits
from bot.adapters.store.broken import Broken
from bot.adapters.store.conversations import Conversations
from bot.adapters.store.credentials import Credentials
from bot.adapters.store.digests import Digests
from bot.adapters.store.hours import Hours
from bot.adapters.store.hybrid import HybridState
from bot.adapters.store.incidents import Incidents
from bot.adapters.store.ledger import Ledger
from bot.adapters.store.memories import Memories
from bot.adapters.store.outbox import Outbox
from bot.adapters.store.people import People
from bot.adapters.store.reading import Reading
from bot.adapters.store.reports import Reports
from bot.adapters.store.schema import metadata
from bot.adapters.store.timeline import Timeline
from bot.adapters.store.totals import Totals
from bot.adapters.store.undelivered import Owing
from bot.adapters.store.warnings import Warnings
from bot.ports import BadSettings

HEAD = "0005"


class Transaction:
    """The tables, over one connection; everything done through it commits together or not at all."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.reading = Reading(connection)
        self.broken = Broken(connection)
        self.memories = Memories(connection)
        self.ledger = Ledger(connection)
        self.warnings = Warnings(connection)
        self.hours = Hours(connection)
        self.arrivals = Arrivals(connection)
        self.incidents = Incidents(connection)
        self.outbox = Outbox(connection)
        self.owing = Owing(connection)
        self.conversations = Conversations(connection)
        self.people = People(connection)
        self.audits = Audits(connection)
        self.credentials = Credentials(connection)
        self.timeline = Timeline(connection)
        self.totals = Totals(connection)
        self.alerts = Alerts(connection)
        self.hybrid = HybridState(connection)
        self.digests = Digests(connection)
        self.reports = Reports(connection)


class Store:
    """The bot's memory."""

    revision = HEAD

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._writing = asyncio.Lock()

    @classmethod
    async def open(cls, url: str, *, durable: bool = True) -> Store:
        """Open and upgrade the database; one that is not `durable` need not outlive its process.

        Raises BadSettings where it cannot be opened.
        """
        address = _with_driver(url)
        _try(address)
        engine = create_async_engine(address, pool_size=4, max_overflow=0)
        event.listen(engine.sync_engine, "connect", _prepare if durable else _prepare_for_a_while)
        try:
            await _upgrade(engine)
        except BadSettings:
            await engine.dispose()
            raise
        except (DBAPIError, OSError) as error:
            await engine.dispose()
            reason = str(getattr(error, "orig", error)) or type(error).__name__
            raise BadSettings(f"The database of DATABASE_URL cannot be opened: {reason}.") from None
        return cls(engine)

    async def close(self) -> None:
        await self._engine.dispose()

    async def why_not_written(self) -> str:
        """What keeps the database from being written, "" where nothing does: tried, and taken back."""
        try:
            async with self._writing, self._engine.connect() as connection:
                if connection.dialect.name == "sqlite":
                    await connection.execute(text("BEGIN IMMEDIATE"))
                await connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
                await connection.rollback()
        except DBAPIError as error:
            return str(error.orig)
        return ""

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[Transaction]:
        """A transaction that writes: commits at the end of the block, rolls back when the block raises."""
        async with self._writing, self._engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                await connection.execute(text("BEGIN IMMEDIATE"))
            yield Transaction(connection)
            await connection.commit()

    @asynccontextmanager
    async def look(self) -> AsyncGenerator[Transaction]:
        """A consistent view that only reads, and never waits for a writer."""
        async with self._engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                await connection.execute(text("BEGIN"))
            yield Transaction(connection)
            await connection.rollback()


def _with_driver(url: str) -> str:
    if url.startswith("sqlite:///"):
        return url.replace("sqlite://", "sqlite+aiosqlite://", 1)
    raise BadSettings("DATABASE_URL must be sqlite:///FILE.")


def _try(url: str) -> None:
    """Raise BadSettings for a file that cannot be opened, before a driver with a thread of its own finds out."""
    path = make_url(url).database
    try:
        sqlite3.connect(path or ":memory:").close()
    except sqlite3.Error as error:
        raise BadSettings(f"The database of DATABASE_URL cannot be opened: {error}.") from None


def _prepare(connection: Any, _record: object) -> None:
    # The driver's own transaction handling would commit behind our back, so it is switched off: BEGIN is ours.
    # WAL lets readers go on beside the writer; FULL loses no commit, on kill -9 or on a power cut. While catching up,
    # many batches touch the same pages: they are copied into the database every 16 MB, and not, as by default, every 4.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "wal_autocheckpoint=4000",
        "busy_timeout=10000",
        "cache_size=-16000",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_for_a_while(connection: Any, record: object) -> None:
    """The same without waiting for the disk."""
    _prepare(connection, record)
    connection.execute("PRAGMA synchronous=OFF").close()


async def _upgrade(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            await connection.execute(text("BEGIN IMMEDIATE"))
        revision = await connection.run_sync(_revision)
        if not revision:
            await connection.run_sync(_create)
        elif revision > HEAD:
            raise BadSettings(
                f"The database of DATABASE_URL is of a newer Syncwatch ({revision}, this one knows {HEAD}): "
                "run the newer one, or name another file."
            )
        elif revision != HEAD:
            # Alembic costs a quarter of a second and ten megabytes, so only a database that is behind pays for it.
            from bot.adapters.store.migrate import upgrade

            await connection.run_sync(upgrade)
        await connection.commit()


def _revision(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def _create(connection: Connection) -> None:
    """Make all tables as they are now, and note for alembic how new they are."""
    metadata.create_all(connection)
    connection.execute(
        text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    )
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
