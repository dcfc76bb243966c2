"""What all tables are made of: how times and hashes are stored, and the columns that every delivery has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Dialect, Integer, MetaData, Text, types

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def microseconds(at: datetime) -> int:
    """A time as it is stored."""
    return (at - EPOCH) // MICROSECOND


class Moment(types.TypeDecorator[datetime]):
    """An aware datetime in UTC as microseconds since 1970: exact, sortable, and alike on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=int(value))


Hash = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits that name a row. SQLite keeps a table in the order of an INTEGER key; for a BIGINT it would keep an index beside it."""

metadata = MetaData()


def attempts() -> tuple[Column[Any], ...]:
    """What is kept of each delivery: whether an attempt is under way, how many there were, when the next may be, why it was
    given up, and since when it is behind.
    """
    return (
        Column("sending", Boolean, nullable=False, server_default="0"),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("not_before", Moment),
        Column("dead", Text, nullable=False, server_default=""),
        Column("since", Moment),
    )
