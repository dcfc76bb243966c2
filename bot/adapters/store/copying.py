"""All that one database holds, copied into another, new one, of whatever kind."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, Table, func, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.engine import Store
from bot.adapters.store.schema import identity, leader, metadata
from bot.ports import BadSettings

AT_A_TIME = 2_000
_LEFT = {leader.name, identity.name}
"""Who leads there is not who leads here; and a new database has a mark already, which the old one's takes the place of."""


async def copy(source: Store, target: Store) -> dict[str, int]:
    """Copy every row, in one transaction of the target; how many, by table. Raises BadSettings where it is not empty."""
    counts: dict[str, int] = {}
    async with source.look() as old, target.begin() as new:
        await refuse_full(new.connection)
        await new.identity.become(await old.identity.mark())
        for table in _tables():
            counts[table.name] = await _rows(old.connection, new.connection, table)
            await _go_on_counting(new.connection, table)
    return counts


async def refuse_full(connection: AsyncConnection) -> None:
    """Raises BadSettings where a database, of whatever revision, holds something."""
    if any((await held(connection)).values()):
        raise BadSettings("DATABASE_URL holds something already: it must name a new, empty database.")


async def held(connection: AsyncConnection) -> dict[str, int]:
    """How many rows would be copied, by table; an old database may lack some tables."""
    there = await connection.run_sync(lambda it: set(inspect(it).get_table_names()))
    found = [table for table in _tables() if table.name in there]
    return {
        table.name: (await connection.execute(select(func.count()).select_from(table))).scalar() or 0 for table in found
    }


def _tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if table.name not in _LEFT]


async def _rows(old: AsyncConnection, new: AsyncConnection, table: Table) -> int:
    count = 0
    rows = await old.stream(select(table))
    async for some in rows.mappings().partitions(AT_A_TIME):
        values: list[dict[str, Any]] = [dict(row) for row in some]
        await new.execute(table.insert(), values)
        count += len(values)
    return count


async def _go_on_counting(new: AsyncConnection, table: Table) -> None:
    """PostgreSQL numbers new rows from where its counter stands, which rows that bring their number do not move."""
    counted = table.autoincrement_column
    if new.dialect.name != "postgresql" or counted is None or not isinstance(counted.type, Integer):
        return
    last = (await new.execute(select(func.max(counted)))).scalar()
    if last is not None:
        names = {"table": table.name, "column": counted.name, "last": last}
        await new.execute(text("SELECT setval(pg_get_serial_sequence(:table, :column), :last)"), names)
