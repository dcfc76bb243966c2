"""The few things in SQL that SQLite and PostgreSQL spell differently, and the packing of bodies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import msgspec
from sqlalchemy import BigInteger, Column, ColumnElement, Table, Text, any_, bindparam, cast, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
MOST_PARAMETERS = 10_000

pack = msgspec.msgpack.Encoder().encode
_json = msgspec.json.Encoder().encode


def insert(connection: AsyncConnection, table: Table) -> Any:
    """An INSERT of the connection's own dialect, so that `on_conflict_do_update` is there."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


async def upsert(connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]], *, key: str) -> None:
    """Insert rows, or overwrite those that are there by `key`."""
    if not rows:
        return
    statement = insert(connection, table)
    changes = {name: statement.excluded[name] for name in rows[0] if name != key}
    await connection.execute(statement.on_conflict_do_update(index_elements=[key], set_=changes), rows)


def among(connection: AsyncConnection, column: Column[int], keys: Iterable[int]) -> ColumnElement[bool]:
    """`column IN keys` for any number of keys: they travel as one value, and not as a parameter each."""
    if connection.dialect.name == "postgresql":
        return column == any_(literal(list(keys), postgresql.ARRAY(BigInteger)))
    each = func.json_each(_json(list(keys)).decode()).table_valued("value")
    return column.in_(select(cast(each.c.value, BigInteger)))


def not_among(dialect: str, column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """`column NOT IN` the parameter of that name, which is one value however many `texts` it holds."""
    if dialect == "postgresql":
        return column.not_in(select(func.unnest(bindparam(name, type_=postgresql.ARRAY(Text)))))
    return column.not_in(select(func.json_each(bindparam(name, type_=Text)).table_valued("value").c.value))


def texts(connection: AsyncConnection, some: Sequence[str]) -> Any:
    """Any number of texts as the one value that `not_among` takes."""
    return list(some) if connection.dialect.name == "postgresql" else _json(some).decode()


async def many(connection: AsyncConnection, statement: Any, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run a statement for each row of its plain values, in its columns' order, past what SQLAlchemy does to each."""
    if rows:
        await connection.exec_driver_sql(str(statement.compile(dialect=connection.dialect)), list(rows))


def slices(items: Iterable[T], size: int = MOST_PARAMETERS) -> Iterator[list[T]]:
    """The items in lists short enough for one statement's parameters."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part
