"""What a query gives: typed columns and rows in Python's own types, cut off at a limit and saying so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from bot.adapters.kql.tables import kql_type, unmarked
from bot.model import Value

Row = tuple[Any, ...]


class Table(Value, frozen=True, kw_only=True):
    """Columns as (name, Kusto type) and rows; `partial` says why rows are missing, "" where none are.

    Values: datetime (aware, UTC), timedelta, int, float, bool, str; dynamic is JSON as text, a missing string is "".
    """

    columns: tuple[tuple[str, str], ...]
    rows: list[Row]
    partial: str = ""


def collect(
    description: Sequence[tuple[Any, ...]],
    chunks: Iterator[list[Row]],
    *,
    max_rows: int,
    max_bytes: int,
) -> Table:
    """Take rows until there are no more or a limit is reached."""
    columns = tuple((unmarked(str(column[0])), kql_type(str(column[1]))) for column in description)
    readers = [_READERS.get(kind, _plain) for _, kind in columns]
    rows: list[Row] = []
    size = 0
    for chunk in chunks:
        for raw in chunk:
            row = tuple(read(value) for read, value in zip(readers, raw, strict=True))
            size += sum(len(value) if isinstance(value, str) else 8 for value in row)
            if len(rows) >= max_rows:
                return Table(columns=columns, rows=rows, partial=_exceeds(f"{max_rows} records"))
            if size > max_bytes:
                return Table(columns=columns, rows=rows, partial=_exceeds(f"{max_bytes} bytes"))
            rows.append(row)
    return Table(columns=columns, rows=rows)


def _exceeds(limit: str) -> str:
    return f"The results of this query exceed the set limit of {limit}, so not all records were returned."


def _plain(value: Any) -> Any:
    return value


def _string(value: Any) -> str:
    return "" if value is None else unmarked(str(value))


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime(value.year, value.month, value.day, tzinfo=UTC) if isinstance(value, date) else None


def _span(value: Any) -> timedelta | None:
    return value if isinstance(value, timedelta) else None


def _dynamic(value: Any) -> str | None:
    """JSON as text, but a text as itself, as the service gives it."""
    if isinstance(value, str) and value.startswith('"'):
        return msgspec.json.decode(value, type=str)
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value, enc_hook=str).decode()


def _number_text(value: Decimal | UUID | None) -> str | None:
    return None if value is None else str(value)


_READERS: dict[str, Callable[[Any], Any]] = {
    "string": _string,
    "datetime": _moment,
    "timespan": _span,
    "dynamic": _dynamic,
    "decimal": _number_text,
    "guid": _number_text,
}
