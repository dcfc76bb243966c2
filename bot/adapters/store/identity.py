"""What tells this database from every other that the bot ever had: in each, incidents are counted from 1."""

from __future__ import annotations

from secrets import token_hex

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import identity
from bot.adapters.store.sql import insert

ONLY = 1


class Identity:
    """One row, or none in a database that is older than marks are."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def mark(self) -> str:
        """A few letters and digits that no other database has; "" in one that is older than marks are."""
        return (await self._connection.execute(select(identity.c.mark))).scalar() or ""

    async def make(self) -> None:
        """A mark for a database that is made just now; one that is there stays."""
        made = insert(self._connection, identity).values(id=ONLY, mark=token_hex(4))
        await self._connection.execute(made.on_conflict_do_nothing())

    async def become(self, mark: str) -> None:
        """Take another database's mark, also none: this one holds from now on what that one held."""
        await self._connection.execute(delete(identity))
        if mark:
            await self._connection.execute(identity.insert().values(id=ONLY, mark=mark))
