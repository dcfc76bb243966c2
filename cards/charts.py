"""Charts, in Teams' own elements; each says the same in words for clients that draw none, as telephones do."""

from __future__ import annotations

from collections.abc import Sequence

from cards.elements import Element, run, text
from cards.plain import SHORT, clean, shortened

Point = tuple[str, float]
Series = tuple[str, Sequence[Point]]
"""What its legend says, and its points."""

NAME = 48
"""Letters of a name beside its bar; in words there is room for more."""

MOST_POINTS, MOST_SERIES, MOST_BARS, SAID = 60, 6, 20, 8


def line_chart(
    title: str,
    series: Sequence[Series],
    *,
    across: str = "",
    up: str = "",
    places: Sequence[Point] = (),
) -> Element:
    """Values over time: one line a series. `across` and `up` are what the axes say.

    Names are put side by side, for which there is little room; dates as 2026-11-20 are counted, and so is what has
    `places`.
    """
    shown = series[:MOST_SERIES]
    at = dict(places)
    data = [
        {
            "legend": shortened(name, NAME) or up,
            "values": [{"x": at.get(x, clean(x, 40)), "y": y} for x, y in points[-MOST_POINTS:]],
        }
        for name, points in shown
    ]
    return _chart("Chart.Line", title, data, _series_in_words(shown), across, up)


def bar_chart(title: str, bars: Sequence[Point], *, across: str = "", up: str = "") -> Element:
    """Standing bars, for few values that have an order of their own."""
    data = [{"x": shortened(name, NAME), "y": value} for name, value in bars[:MOST_BARS]]
    return _chart("Chart.VerticalBar", title, data, _in_words(bars), across, up)


def ranking_chart(title: str, bars: Sequence[Point]) -> Element:
    """Lying bars with their names, for what is compared by its size."""
    data = [{"x": shortened(name, NAME), "y": value} for name, value in bars[:MOST_BARS]]
    return {**_chart("Chart.HorizontalBar", title, data, _in_words(bars)), "displayMode": "AbsoluteNoAxis"}


def share_chart(title: str, parts: Sequence[Point]) -> Element:
    """Parts of a whole; nothing below zero is one."""
    data = [{"legend": shortened(name, NAME), "value": value} for name, value in parts[:MOST_BARS] if value >= 0]
    return _chart("Chart.Donut", title, data, _in_words(parts))


def _chart(kind: str, title: str, data: list[Element], words: str, across: str = "", up: str = "") -> Element:
    axes = {"xAxisTitle": clean(across, 40)} if across else {}
    return {
        "type": kind,
        "title": clean(title, SHORT),
        **axes,
        **({"yAxisTitle": clean(up, 40)} if up else {}),
        "data": data,
        "fallback": text(run(f"{clean(title, SHORT)} ", bold=True), words),
    }


def number(value: float) -> str:
    """A number as people write it."""
    return f"{value:,.0f}" if value % 1 == 0 else f"{value:,.3g}"


def _in_words(points: Sequence[Point]) -> str:
    said = ", ".join(f"{clean(name, SHORT)} {number(value)}" for name, value in points[:SAID])
    return f"{said} and {len(points) - SAID} more" if len(points) > SAID else said


def _series_in_words(series: Sequence[Series]) -> str:
    """First, last and highest of each: a line in words is where it came from and where it went."""
    return "; ".join(_line_in_words(clean(name, 40), points) for name, points in series if points)


def _line_in_words(name: str, points: Sequence[Point]) -> str:
    (first, began), (last, ended) = points[0], points[-1]
    top, most = max(points, key=lambda point: point[1])
    said = f"{number(began)} ({first}) to {number(ended)} ({last}), at most {number(most)} ({top})"
    return f"{name}: {said}" if name else said
