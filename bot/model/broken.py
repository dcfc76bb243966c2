"""Rows of a log that are not as they should be: why, and where in the row; never what stands there."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from bot.model.base import Value


class Wrong(StrEnum):
    """What can be wrong with a row; metrics name it by the value, people read `in_words`."""

    NOT_JSON = "not_json"
    MISSING = "missing_field"
    TIME = "impossible_time"
    TYPE = "wrong_type"
    NESTED = "broken_json"
    OVERSIZE = "oversize"

    @property
    def in_words(self) -> str:
        return _IN_WORDS[self]


_IN_WORDS = {
    Wrong.NOT_JSON: "no JSON object",
    Wrong.MISSING: "a needed field is missing",
    Wrong.TIME: "a time that cannot be",
    Wrong.TYPE: "a field of a wrong type",
    Wrong.NESTED: "broken JSON in a column",
    Wrong.OVERSIZE: "an oversize field",
}


class BrokenRow(Value, frozen=True, kw_only=True):
    """One such row; `fields` are the names of those that are wrong, `used` says that an event was made of it all the same."""

    id: str
    why: Wrong
    fields: tuple[str, ...] = ()
    used: bool = False


class BrokenRows(Value, frozen=True, kw_only=True):
    """How many rows of a source were broken in one way, how many of them could not be used, and which fields were wrong last."""

    source: str
    why: Wrong
    count: int
    unused: int = 0
    last_at: datetime
    fields: tuple[str, ...] = ()
