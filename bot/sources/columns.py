"""Reads a row of the table AADProvisioningLogs, whose columns are text and hold JSON where Graph has objects."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from bot.adapters import lenient
from bot.model import Wrong
from bot.sources.normalise import Read, read
from bot.sources.rows import ExportedStatus, ExportedThing, Facts, Step, Steps

T = TypeVar("T")


def from_columns(row: Mapping[str, Any], now: datetime) -> Read:
    """Read one row of the query in `bot.sources.kql`."""
    wrong: list[str] = []
    source = _json(row, "SourceIdentity", ExportedThing, wrong).thing()
    target = _json(row, "TargetIdentity", ExportedThing, wrong).thing()
    principal = _json(row, "ServicePrincipal", ExportedThing, wrong).thing()
    info = _json(row, "ProvisioningStatusInfo", ExportedStatus, wrong)
    error = info.errorInformation
    status = info.Status or info.status or _text(row, "ResultType")
    failed = status.lower() == "failure"
    facts = Facts(
        id=_text(row, "Id"),
        at=_text(row, "At"),
        job_id=_text(row, "JobId"),
        cycle_id=_text(row, "CycleId"),
        change_id=_text(row, "ChangeId"),
        action=_text(row, "ProvisioningAction"),
        status=status,
        # The flat columns say the same; of rows that did not fail they say "None" and the like.
        error_code=(error and error.error_code) or (_text(row, "ResultSignature") if failed else ""),
        reason=(error and error.reason) or (_text(row, "ResultDescription") if failed else ""),
        source=source,
        target=target,
        principal_id=principal.id,
        principal_name=principal.display_name,
        steps=_steps(row, wrong),
    )
    if wrong:
        return read(facts, now, Wrong.NESTED, tuple(wrong))
    odd = tuple(column for column, value in row.items() if value is not None and not isinstance(value, str))
    return read(facts, now, Wrong.TYPE, odd) if odd else read(facts, now)


def _text(row: Mapping[str, Any], column: str) -> str:
    """The text in a column; that something else stands there is told of once the row is read."""
    value = row.get(column)
    return value if isinstance(value, str) else ""


def _json(row: Mapping[str, Any], column: str, kind: type[T], wrong: list[str]) -> T:
    """The object in a column; an empty one where there is none. What is broken is noted."""
    written = _text(row, column)
    if not written or written == "null":
        return kind()
    try:
        return _decoder(kind).decode(written)
    except msgspec.DecodeError:
        wrong.append(column)
    try:
        return lenient.repair(written.encode("utf-8", "replace"), kind)
    except lenient.Unreadable:
        return kind()


def _steps(row: Mapping[str, Any], wrong: list[str]) -> list[Step]:
    written = _text(row, "Steps")
    if not written or written == "null":
        return []
    try:
        return _decoder(list[Step]).decode(written)
    except msgspec.DecodeError:
        wrong.append("ProvisioningSteps")
    try:
        return lenient.repair(f'{{"steps":{written}}}'.encode("utf-8", "replace"), Steps).steps or []
    except lenient.Unreadable:
        return []


@functools.cache
def _decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    return msgspec.json.Decoder(kind)
