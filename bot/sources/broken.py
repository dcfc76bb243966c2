"""Rows that are not as they should be: told of with why and where, each once, though every row is read several times."""

from __future__ import annotations

import hashlib
import logging
import re
from collections import OrderedDict
from collections.abc import Iterable
from typing import Generic, TypeVar

import msgspec

from bot.adapters import lenient
from bot.model import BrokenRow, Wrong

log = logging.getLogger(__name__)

E = TypeVar("E")
T = TypeVar("T")

_REMEMBERED = 20_000
_MOST_FIELDS = 8
_PLACE = re.compile(r"`\$\.([\w.\[\]]+)`$")
_NUMBER = re.compile(r"\[[\d.]+\]")


class Reading(msgspec.Struct, Generic[E], frozen=True, kw_only=True, gc=False):
    """What became of a row: an event, unless too little of it can be read; and what is wrong with it, in which fields."""

    id: str
    event: E | None = None
    wrong: Wrong | None = None
    fields: tuple[str, ...] = ()


class Broken:
    """Remembers the ids of the rows that were told of already; a restart forgets them, and tells of them anew."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._told: OrderedDict[str, None] = OrderedDict()

    def sift(self, readings: Iterable[Reading[E]]) -> tuple[tuple[E, ...], tuple[BrokenRow, ...]]:
        """The events, and the rows that were found broken for the first time."""
        events: list[E] = []
        broken: list[BrokenRow] = []
        for reading in readings:
            if reading.event is not None:
                events.append(reading.event)
            if reading.wrong is not None and self._is_new(reading.id):
                row = BrokenRow(
                    id=reading.id,
                    why=reading.wrong,
                    fields=reading.fields[:_MOST_FIELDS],
                    used=reading.event is not None,
                )
                broken.append(row)
                self._tell(row)
        return tuple(events), tuple(broken)

    def _is_new(self, row_id: str) -> bool:
        if row_id in self._told:
            return False
        self._told[row_id] = None
        if len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)
        return True

    def _tell(self, row: BrokenRow) -> None:
        fields = ", ".join(row.fields)
        extra = {"source": self._source, "row": row.id, "wrong": row.why.value, "fields": fields, "used": row.used}
        log.warning("broken row", extra=extra)


def decoded(raw: bytes | msgspec.Raw, kind: type[T]) -> tuple[T, Wrong | None, tuple[str, ...]]:
    """The row, as far as it can be read; what is wrong with it, and in which field. Raises lenient.Unreadable."""
    try:
        return lenient.strict(raw, kind), None, ()
    except msgspec.ValidationError as error:
        place = _PLACE.search(str(error))
        field = (_NUMBER.sub("", place[1]),) if place else ()
        return lenient.repair(raw, kind), Wrong.TYPE, field
    except msgspec.DecodeError:
        return lenient.repair(raw, kind), Wrong.NOT_JSON, ()


def stand_in(data: bytes) -> str:
    """A name for a row without an id, the same whenever the row is read."""
    return f"?{hashlib.sha256(data).hexdigest()[:16]}"
