"""Answers to `kql`: what of them can be drawn, and the pages that wait for somebody to turn to them."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.kqlrules.cells import shown
from bot.model import Chart, Value
from bot.ports import Answered, Clock, Refusal
from bot.timescale import timescale

KEPT, MOST = timedelta(minutes=30), 50
MOST_LINES = 6

# What `render` asks for, as the kind of chart that comes nearest in Teams.
_DRAWN: Mapping[str, str] = {
    "timechart": "lines",
    "linechart": "lines",
    "areachart": "lines",
    "stackedareachart": "lines",
    "scatterchart": "lines",
    "anomalychart": "lines",
    "barchart": "ranking",
    "columnchart": "bars",
    "piechart": "shares",
}
_NUMBERS = {"int", "long", "real", "decimal"}


class Kept(Value, frozen=True, kw_only=True):
    """An answer that can be turned over, by the one who asked and where they asked."""

    query: str
    answer: Answered
    person: str
    conversation: str
    at: datetime


class Answers:
    """The latest answers, in memory: a page that was forgotten is asked for again."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def keep(self, query: str, answer: Answered, person: str, conversation: str) -> str:
        """The word by which the answer is found again."""
        token = secrets.token_hex(9)  # no dashes: they would make a flag of it
        kept = Kept(query=query, answer=answer, person=person, conversation=conversation, at=self._now())
        self._kept[token] = kept
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return token

    def find(self, token: str, person: str, conversation: str) -> Kept:
        """Raises Refusal where it is another's, or forgotten."""
        found = self._kept.get(token)
        if (
            found is None
            or self._now() - found.at > KEPT
            or (found.person, found.conversation) != (person, conversation)
        ):
            raise Refusal("That answer is not kept any more; ask again.")
        return found


def chart_of(answer: Answered, wanted: str) -> Chart | None:
    """The answer as a chart: as `render` wants it, or as lines where it is nothing but times and numbers."""
    kinds = [each for _, each in answer.columns]
    times = [at for at, each in enumerate(kinds) if each == "datetime"]
    numbers = [at for at, each in enumerate(kinds) if each in _NUMBERS]
    words = [at for at in range(len(kinds)) if at not in times and at not in numbers]
    if not numbers or len(answer.rows) < (1 if wanted else 2) or (wanted and wanted not in _DRAWN):
        return None
    plain = len(times) == 1 and len(words) <= 1 and len(numbers) <= MOST_LINES
    if not wanted and not plain:
        return None
    kind = _DRAWN.get(wanted, "lines")
    if kind == "lines":
        across = next(iter([*times, *words, *numbers]))
        return _lines(
            answer, across, [at for at in numbers if at != across] or numbers, [at for at in words if at != across]
        )
    return _named(answer, kind, [at for at in (*words, *times) if at not in numbers], numbers[0])


def _lines(answer: Answered, across: int, numbers: Sequence[int], words: Sequence[int]) -> Chart:
    """One line for each column of numbers, or for each word where there is one column of them."""
    series: dict[str, list[tuple[str, float]]] = {}
    rows = sorted((row for row in answer.rows if row[across] is not None), key=lambda row: str(row[across]))
    times = [row[across] for row in rows if isinstance(row[across], datetime)]
    scale = timescale(times if len(times) == len(rows) else ())
    for row in rows:
        for at in numbers:
            name = shown(row[words[0]]) if words and len(numbers) == 1 else answer.columns[at][0]
            if (value := _value(row[at])) is not None:
                series.setdefault(name, []).append((scale.names.get(row[across]) or shown(row[across]), value))
    names = answer.columns[numbers[0]][0] if len(numbers) == 1 else ""
    return Chart(
        kind="lines",
        across=answer.columns[across][0],
        up=names,
        series=_largest(series),
        places=scale.places,
        scale=scale.unit,
    )


def _named(answer: Answered, kind: str, words: Sequence[int], number: int) -> Chart:
    names = timescale(row[at] for row in answer.rows for at in words if isinstance(row[at], datetime)).names
    points = [
        (", ".join(names.get(row[at]) or shown(row[at]) for at in words) or str(place), value)
        for place, row in enumerate(answer.rows, 1)
        if (value := _value(row[number])) is not None
    ]
    across = ", ".join(answer.columns[at][0] for at in words)
    return Chart(kind=kind, across=across, up=answer.columns[number][0], series=(("", tuple(points)),))


def _largest(
    series: Mapping[str, Sequence[tuple[str, float]]],
) -> tuple[tuple[str, tuple[tuple[str, float], ...]], ...]:
    ordered = sorted(series.items(), key=lambda each: -sum(value for _, value in each[1]))
    return tuple((name, tuple(points)) for name, points in ordered[:MOST_LINES])


def _value(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if abs(number) < 1e15 else None
