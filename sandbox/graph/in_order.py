"""The rows of a log by their time, kept in order as they arrive, so that a look at a minute does not go through a month."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from sandbox.graph.filters import moment, tokens
from sandbox.rows import Json
from sandbox.tenant import LogRow

T = TypeVar("T")

ALWAYS = ("", "~")
"""Before and after all times, as texts."""


class InOrder(Generic[T]):
    """Follows a list that grows; where it was changed in another way, it begins anew. `show` makes the row of a thing."""

    def __init__(self, show: Callable[[T], Json | None]) -> None:
        self._show = show
        self._times: list[str] = []
        self._rows: list[Json] = []
        self._taken: list[T] = []

    def between(self, arrived: Sequence[T], low: str, high: str) -> list[Json]:
        """The rows of two times and between them; those of one time in the order in which they arrived."""
        self._follow(arrived)
        return self._rows[bisect_left(self._times, low) : bisect_right(self._times, high)]

    def _follow(self, arrived: Sequence[T]) -> None:
        known = len(self._taken)
        if known and (len(arrived) < known or arrived[known - 1] is not self._taken[-1]):
            self._times, self._rows, self._taken, known = [], [], [], 0
        for each in arrived[known:]:
            self._taken.append(each)
            if (row := self._show(each)) is not None:
                place = bisect_right(self._times, row["activityDateTime"])
                self._times.insert(place, row["activityDateTime"])
                self._rows.insert(place, row)


def span(text: str, field: str) -> tuple[str, str]:
    """The times of a field between which every row lies that a filter lets through: all, unless it is plain to see."""
    words = tokens(text)
    low, high = ALWAYS
    if ("word", "or") in words:
        return ALWAYS
    for (_, name), (_, operator), (kind, value) in zip(words, words[1:], words[2:], strict=False):
        if name == field and kind == "time":
            low = max(low, moment(value)) if operator in ("eq", "gt", "ge") else low
            high = min(high, moment(value)) if operator in ("eq", "lt", "le") else high
    return low, high


class Logs:
    """Both logs of a tenant."""

    def __init__(self) -> None:
        # A repeated arrival is Log Analytics' habit; Graph shows a row once.
        self.provisioning = InOrder[LogRow](lambda row: None if row.repeat else row.event)
        self.audits = InOrder[Json](lambda row: row)
