"""SQLite: one file, one machine, nothing to install."""

from __future__ import annotations

import sqlite3
from functools import partial
from typing import Any

from sqlalchemy import event, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.adapters.store.visits import connected
from bot.ports import BadSettings


class Sqlite:
    """A file; one that is not `durable` need not outlive its process. Raises BadSettings where it cannot be opened."""

    shared = False

    def __init__(self, url: str, *, durable: bool = True) -> None:
        address = url.replace("sqlite://", "sqlite+aiosqlite://", 1)
        path = _tried(address)
        self.engine = create_async_engine(address, async_creator=partial(connected, path), pool_size=4, max_overflow=0)
        event.listen(self.engine.sync_engine, "connect", _prepare if durable else _prepare_for_a_while)

    async def begin_writing(self, connection: AsyncConnection) -> None:
        """Become the one writer at once: a lock that is taken late can be refused."""
        await connection.execute(text("BEGIN IMMEDIATE"))

    async def begin_reading(self, connection: AsyncConnection) -> None:
        """A view of one moment."""
        await connection.execute(text("BEGIN"))

    async def end_writer(self, connection: AsyncConnection, name: str) -> None:
        """Nothing to end: a file's lock goes with its process."""


def _tried(url: str) -> str:
    """The file. Raises BadSettings for one that cannot be opened, before a driver with a thread of its own finds out."""
    path = make_url(url).database
    if not path or path == ":memory:":
        raise BadSettings("DATABASE_URL must name a file: sqlite:///FILE.")
    try:
        sqlite3.connect(path).close()
    except sqlite3.Error as error:
        raise BadSettings(f"The database of DATABASE_URL cannot be opened: {error}.") from None
    return path


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
