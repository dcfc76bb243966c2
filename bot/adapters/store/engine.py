"""Opening the store: one writer at a time, readers beside it, the schema brought up to date."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.adapters.store.naming import closed_to_us, is_missing
from bot.adapters.store.transaction import Transaction
from bot.adapters.store.upgrading import HEAD, bring_up_to_date, refuse_newer, revision
from bot.ports import BadSettings, StoreDown

AWAY = (DBAPIError, OSError)
MOST_AT_ONCE = 20
"""Messages to a conversation within a minute, beyond which the rest is told together."""


class Home(Protocol):
    """A kind of database. `shared`: several replicas may use it at once, so that one of them must be found to lead."""

    engine: AsyncEngine
    shared: bool

    async def begin_writing(self, connection: AsyncConnection) -> None:
        """Wait until no other writes."""
        ...

    async def begin_reading(self, connection: AsyncConnection) -> None:
        """A view of one moment."""
        ...

    async def end_writer(self, connection: AsyncConnection, name: str) -> None:
        """End the transaction by which a replica of that name holds up all writers, if it holds them up."""
        ...


class Store:
    """The bot's memory. `mark` tells it from every other database; "" for one of before there were marks, or not opened."""

    revision = HEAD

    def __init__(self, home: Home, *, most_at_once: int = MOST_AT_ONCE) -> None:
        self.home = home
        self.most_at_once = most_at_once
        self.mark = ""
        self._writing = asyncio.Lock()

    @classmethod
    async def open(
        cls, url: str, *, name: str = "syncwatch", durable: bool = True, most_at_once: int = MOST_AT_ONCE
    ) -> Store:
        """Open and upgrade the database; `name` is what this process is called there.

        One that is not `durable` need not outlive its process. Raises BadSettings where it cannot be opened.
        """
        store = cls(home_of(url, name, durable=durable), most_at_once=most_at_once)
        try:
            async with store.begin() as tx:
                await bring_up_to_date(tx.connection)
                store.mark = await tx.identity.mark()
        except BadSettings:
            await store.close()
            raise
        except StoreDown as error:
            await store.close()
            raise BadSettings(f"The database of DATABASE_URL cannot be opened: {error.reason}.") from None
        return store

    @classmethod
    @asynccontextmanager
    async def unchanged(cls, url: str) -> AsyncGenerator[Transaction | None]:
        """A look into a database as it is, None where it is not there yet; nothing is made or upgraded. Raises BadSettings."""
        if is_missing(url):
            yield None
            return
        store = cls(home_of(url, "syncwatch"))
        try:
            async with store.look() as tx:
                yield tx
        except StoreDown as error:
            raise BadSettings(f"The database of DATABASE_URL cannot be opened: {error.reason}.") from None
        finally:
            await store.close()

    @classmethod
    async def revision_at(cls, url: str) -> str:
        """The revision of a database as it is, "" where it is empty. Raises BadSettings."""
        async with cls.unchanged(url) as tx:
            return await revision(tx.connection) if tx else ""

    @classmethod
    async def would_open(cls, url: str) -> None:
        """Look whether a database can be opened, made or upgraded, and change nothing. Raises BadSettings."""
        if closed := closed_to_us(url):
            raise BadSettings(f"The database of DATABASE_URL cannot be opened: {closed} may not be written.")
        refuse_newer(await cls.revision_at(url))

    async def close(self) -> None:
        await self.home.engine.dispose()

    async def why_not_written(self) -> str:
        """What keeps the database from being written, "" where nothing does: tried, and taken back."""
        try:
            async with self._writing, self.home.engine.connect() as connection:
                await self.home.begin_writing(connection)
                await connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
                await connection.rollback()
        except AWAY as error:
            return _why(error)
        return ""

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[Transaction]:
        """A transaction that writes: commits at the end of the block, rolls back when the block raises.

        Raises StoreDown where the database does not answer; whether a commit under way came through is not known then.
        """
        async with self._writing:
            try:
                async with self.home.engine.connect() as connection:
                    await self.home.begin_writing(connection)
                    yield Transaction(connection, most_at_once=self.most_at_once)
                    await connection.commit()
            except AWAY as error:
                if (down := _down(error)) is None:
                    raise
                raise down from error

    @asynccontextmanager
    async def look(self) -> AsyncGenerator[Transaction]:
        """A consistent view that only reads, and never waits for a writer. Raises StoreDown."""
        try:
            async with self.home.engine.connect() as connection:
                await self.home.begin_reading(connection)
                yield Transaction(connection, most_at_once=self.most_at_once)
                await connection.rollback()
        except AWAY as error:
            if (down := _down(error)) is None:
                raise
            raise down from error

    @asynccontextmanager
    async def brief(self) -> AsyncGenerator[Transaction]:
        """A transaction that waits for no writer, for the lease alone. Raises StoreDown."""
        try:
            async with self.home.engine.connect() as connection:
                yield Transaction(connection, most_at_once=self.most_at_once)
                await connection.commit()
        except AWAY as error:
            if (down := _down(error)) is None:
                raise
            raise down from error

    async def end_writer(self, name: str) -> None:
        """End the transaction by which a replica of that name holds up all writers. Raises StoreDown."""
        async with self.brief() as tx:
            await self.home.end_writer(tx.connection, name)


def home_of(url: str, name: str, *, durable: bool = True) -> Home:
    """The kind of database that an address is of. Raises BadSettings."""
    if url.startswith("sqlite:///"):
        from bot.adapters.store.sqlite import Sqlite

        return Sqlite(url, durable=durable)
    if url.startswith(("postgresql://", "postgres://")):
        from bot.adapters.store.postgresql import Postgresql

        return Postgresql(url, name)
    raise BadSettings("DATABASE_URL must be sqlite:///FILE, or postgresql://USER:PASSWORD@HOST/DATABASE.")


def _down(error: Exception) -> StoreDown | None:
    # A statement that the database refuses is a mistake of ours, and not its absence.
    ours = isinstance(error, IntegrityError | ProgrammingError | DataError)
    return None if ours else StoreDown(_why(error))


def _why(error: BaseException) -> str:
    """The driver's own words in one line, without the statement and its values."""
    said = str(getattr(error, "orig", None) or error) or type(error).__name__
    return said.splitlines()[0].rsplit(">: ", 1)[-1].rstrip(".")
