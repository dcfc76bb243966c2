"""Reads a piece of a file into events, or into rows of the log store: the work that is given to other processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

import msgspec

from bot.adapters.kql import rows as shape
from bot.analyze.portal import CUT_BY_POWERSHELL, reading, readings
from bot.analyze.split import Piece
from bot.model import ProvisioningEvent, Value
from bot.sources.normalise import Read

MOST_TOLD = 20
"""Broken rows that a piece names; all are counted."""


class Wanted(Value, frozen=True, kw_only=True):
    """Which rows are asked for, at what time this is asked, and whether whole rows for the log store are wanted."""

    now: datetime
    since: datetime | None = None
    job: str = ""
    whole_rows: bool = False

    @property
    def all(self) -> bool:
        """Whether every row is asked for."""
        return self.since is None and not self.job

    def has(self, event: ProvisioningEvent) -> bool:
        """Whether an event is asked for; a job is by its id, or by words of its id and its application's name."""
        if self.since is not None and event.at < self.since:
            return False
        named = f"{event.job_id} {event.app_name}".lower()
        return all(word in named for word in self.job.lower().split())


class Broken(NamedTuple):
    """A row that could not be read, or not all of it: its place in the piece, what is wrong, and whether it is used."""

    place: int
    wrong: str
    used: bool


class Part(Value, frozen=True, kw_only=True):
    """What a piece holds. `read` counts its rows; `whole` is False where the piece as cut is no array.

    `shortened` says that PowerShell wrote it, and left out what lies deep.
    """

    read: int = 0
    events: tuple[ProvisioningEvent, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    broken: int = 0
    told: tuple[Broken, ...] = ()
    whole: bool = True
    shortened: bool = False


_encode = msgspec.msgpack.Encoder().encode
decoded = msgspec.msgpack.Decoder(Part).decode


def read_piece(piece: Piece, wanted: Wanted) -> bytes:
    """A Part, packed for the way between two processes."""
    try:
        array = piece.array()
        part = _part(readings(array, wanted.now), wanted, lambda: _plain(array))
        if part.broken and CUT_BY_POWERSHELL in array:
            return _encode(Part(shortened=True))
        return _encode(part)
    except (ValueError, RecursionError):  # what is no UTF-8, and what is no JSON, are ValueErrors
        return _encode(Part(whole=False))


def read_rows(rows: Sequence[bytes], wanted: Wanted) -> Part:
    """The same of rows that were found one by one."""
    return _part([reading(row, wanted.now) for row in rows], wanted, lambda: [_entry(row) for row in rows])


def _part(found: Sequence[Read], wanted: Wanted, entries: Callable[[], list[dict[str, Any]]]) -> Part:
    wrong = [
        Broken(index, each.wrong.in_words, each.event is not None) for index, each in enumerate(found) if each.wrong
    ]
    every = wanted.all
    kept = [index for index, each in enumerate(found) if each.event is not None and (every or wanted.has(each.event))]
    events = tuple(event for index in kept if (event := found[index].event) is not None)
    part = Part(read=len(found), broken=len(wrong), told=tuple(wrong[:MOST_TOLD]))
    if not wanted.whole_rows:
        return msgspec.structs.replace(part, events=events)
    written = entries()
    rows = tuple(_stored(written[index], events[place]) for place, index in enumerate(kept))
    return msgspec.structs.replace(part, rows=rows)


def _plain(array: bytearray) -> list[dict[str, Any]]:
    return msgspec.json.decode(array, type=list[dict[str, Any]])


def _entry(row: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(row, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}


def _stored(entry: dict[str, Any], event: ProvisioningEvent) -> tuple[Any, ...]:
    """The row as the table AADProvisioningLogs holds it, with today's spelling of its fields."""
    entry.setdefault("id", event.id)
    entry.setdefault("provisioningAction", entry.get("action"))
    if "provisioningStatusInfo" not in entry:
        entry["provisioningStatusInfo"] = _status(entry.get("statusInfo"))
    entry["activityDateTime"] = event.at
    return shape.provisioning(entry, "")


def _status(old: Any) -> dict[str, Any]:
    if not isinstance(old, dict):
        return {}
    status = cast("dict[str, Any]", old)
    error = status.get("errorInformation") or {
        name: status[name] for name in ("errorCode", "reason", "errorCategory", "recommendedAction") if status.get(name)
    }
    return {"status": status.get("status"), "errorInformation": error or None}


def first_broken(parts: Iterable[Broken], before: int) -> list[str]:
    """Sentences about broken rows, numbered from the beginning of the file."""
    return [f"row {before + each.place + 1:,}: {each.wrong}" for each in parts]
