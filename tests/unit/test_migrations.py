"""Databases of every age become what a new one is, on each kind of database, and keep what is in them."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, Table, inspect, types

from bot.adapters.store import Store
from bot.adapters.store.engine import home_of
from bot.adapters.store.migrate import revisions, upgrade
from bot.adapters.store.upgrading import HEAD


async def on(url: str, act: Any) -> Any:
    """Run something on a plain connection to a database of any kind, in one transaction."""
    engine = home_of(url, "test").engine
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(act)
    finally:
        await engine.dispose()


def shape(connection: Connection) -> dict[str, Any]:
    """Tables with their columns, whatever their order (which an added one changes), and indexes."""
    seen = inspect(connection)
    return {
        table: (
            sorted((each["name"], str(each["type"]), each["nullable"]) for each in seen.get_columns(table)),
            sorted(
                (each["name"], tuple(each["column_names"]), bool(each["unique"])) for each in seen.get_indexes(table)
            ),
            sorted(seen.get_pk_constraint(table)["constrained_columns"]),
        )
        for table in seen.get_table_names()
    }


def value(column: Any) -> Any:
    if isinstance(column.type, types.LargeBinary):
        return b"x"
    if isinstance(column.type, types.Boolean):
        return True
    return 7 if isinstance(column.type, types.Integer) else "seven"


def fill(connection: Connection) -> set[str]:
    """A row in every table; the tables."""
    known = MetaData()
    known.reflect(connection)
    ours: list[Table] = [table for table in known.sorted_tables if table.name != "alembic_version"]
    for table in ours:
        connection.execute(table.insert().values({column.name: value(column) for column in table.columns}))
    return {table.name for table in ours}


def filled(connection: Connection) -> set[str]:
    known = MetaData()
    known.reflect(connection)
    return {table.name for table in known.sorted_tables if connection.execute(table.select()).all()}


async def test_the_migrations_lead_to_the_tables_that_a_new_database_has(database_url: str, another_url: str) -> None:
    await (await Store.open(database_url)).close()
    await on(another_url, upgrade)
    assert await on(database_url, shape) == await on(another_url, shape)
    await (await Store.open(another_url)).close()


@pytest.mark.parametrize("revision", revisions())
async def test_a_database_of_any_age_is_brought_up_to_date_with_what_is_in_it(revision: str, database_url: str) -> None:
    await on(database_url, partial(upgrade, to=revision))
    tables = await on(database_url, fill)
    store = await Store.open(database_url)
    await store.close()
    assert tables <= await on(database_url, filled)
    assert store.mark == ("seven" if "identity" in tables else "")


async def test_a_first_start_that_was_cut_short_is_made_good(database_url: str) -> None:
    def cut_short(connection: Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")

    await on(database_url, cut_short)
    store = await Store.open(database_url)
    async with store.look() as tx:
        assert await tx.incidents.open() == []
    await store.close()


def test_what_a_new_database_says_of_itself_is_the_newest_migration() -> None:
    assert revisions()[-1] == HEAD
