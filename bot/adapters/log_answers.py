"""Reads what Log Analytics answers to a query from the bytes as they came: four times as fast as through the SDK's models."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

Row = Mapping[str, Any]
Timespan = tuple[datetime, datetime] | timedelta | None


class _Column(msgspec.Struct, frozen=True):
    name: str


class _Table(msgspec.Struct, frozen=True):
    columns: list[_Column]
    rows: list[list[Any]]


class _Answer(msgspec.Struct, frozen=True):
    """`error` stands beside tables where the answer was cut short."""

    tables: list[_Table] | None = None
    error: Any = None


_read = msgspec.json.Decoder(_Answer).decode


def asked(kql: str, timespan: Timespan) -> dict[str, str]:
    """The body of the question."""
    return {"query": kql, **({"timespan": written(timespan)} if timespan else {})}


def written(timespan: tuple[datetime, datetime] | timedelta) -> str:
    """A stretch of time in the words of ISO 8601."""
    if isinstance(timespan, timedelta):
        return f"PT{timespan.total_seconds()}S"
    return "/".join(each.isoformat().replace("+00:00", "Z") for each in timespan)


def rows(body: bytes) -> tuple[Sequence[Row] | None, object]:
    """The rows of the first table, None where there is no table; and the error that cut the answer short, if one did.

    Raises json.JSONDecodeError for what is not JSON, and TypeError or KeyError for what is no answer.
    """
    try:
        answer = _read(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Python's own decoder takes what is not quite JSON, such as half of a pair of surrogates.
        answer = _convert(json.loads(body))
    if not answer.tables:
        return None, answer.error
    names = [column.name for column in answer.tables[0].columns]
    return [dict(zip(names, row, strict=False)) for row in answer.tables[0].rows], answer.error


def _convert(loaded: Any) -> _Answer:
    tables = [
        _Table(columns=[_Column(name=each["name"]) for each in table["columns"]], rows=table["rows"])
        for table in loaded.get("tables") or ()
    ]
    return _Answer(tables=tables, error=loaded.get("error"))


def innermost(error: Any) -> object:
    """The message that says what is wrong is the innermost one; those around it say that something is."""
    while isinstance(error, dict) and isinstance(error.get("innererror"), dict):  # pyright: ignore
        error = error["innererror"]  # pyright: ignore
    return error.get("message") if isinstance(error, dict) else None  # pyright: ignore


def said_in(response: Any) -> object:
    """What the innermost error of an answer says, None where it says nothing."""
    try:
        return innermost(json.loads(response.text()).get("error"))
    except (ValueError, AttributeError, RecursionError):
        return None
