"""Charts as inline SVG: no script, nothing fetched, sharp on paper; colours are the page's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT, FOOT, LEFT = 960, 200, 22, 56
WIDEST = 90.0
KINDS = ("success", "skipped", "warning", "other", "failure")
"""The order in which rows are piled up: failures on top, where they are seen."""


class Column(NamedTuple):
    """One stretch of time: its label, and rows by kind."""

    label: str
    rows: dict[str, int]


class Bar(NamedTuple):
    """One line of a bar chart: what it is about, how much, and how much of that is still so."""

    label: str
    whole: int
    part: int


def columns(title: str, found: Sequence[Column]) -> str:
    """Columns over time, piled up by kind."""
    most = max((sum(each.rows.values()) for each in found), default=0)
    if not most:
        return ""
    top, step = HEIGHT - FOOT, min(WIDEST, (WIDTH - LEFT) / len(found))
    drawn = [_grid(most, top)]
    for place, each in enumerate(found):
        drawn.append(_column(each, LEFT + place * step, step, top, most))
    drawn += _labels([each.label for each in found], step)
    return _svg(title, HEIGHT, drawn)


def bars(title: str, found: Sequence[Bar]) -> str:
    """Bars beside each other's names, the dark part of each being what is still so."""
    most = max((each.whole for each in found), default=0)
    if not most:
        return ""
    names, line = 380, 26
    room = WIDTH - names - 130
    drawn: list[str] = []
    for place, each in enumerate(found):
        y = place * line
        whole, part = max(2.0, each.whole / most * room), each.part / most * room
        said = f"{each.part:,} of {each.whole:,}"
        drawn += [
            f'<text x="{names - 10}" y="{y + 17}" text-anchor="end">{_cut(each.label, 52)}</text>',
            f"<g><title>{escape(each.label)}: {said}</title>"
            f'<rect class="past" x="{names}" y="{y + 5}" width="{whole:.1f}" height="16" rx="3"/>'
            f'<rect class="failure" x="{names}" y="{y + 5}" width="{part:.1f}" height="16" rx="3"/></g>',
            f'<text class="number" x="{names + whole + 8:.1f}" y="{y + 17}">{said}</text>',
        ]
    return _svg(title, len(found) * line + 4, drawn)


def _column(each: Column, x: float, step: float, top: float, most: int) -> str:
    said = ", ".join(f"{each.rows[kind]:,} {kind}" for kind in KINDS if each.rows.get(kind))
    drawn, y = [f"<title>{escape(each.label)}: {escape(said or 'no rows')}</title>"], top
    wide = max(1.0, step - (2 if step > 6 else 0.5))
    for kind in KINDS:
        if not (rows := each.rows.get(kind, 0)):
            continue
        high = rows / most * (top - 8)
        if kind == "failure":
            high = max(high, 1.5)
        y -= high
        drawn.append(f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}"/>')
    return f"<g>{''.join(drawn)}</g>"


def _grid(most: int, top: float) -> str:
    lines: list[str] = []
    for share in (0.0, 0.5, 1.0):
        y = top - share * (top - 8)
        lines.append(f'<line x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(
            f'<text class="number" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_round(most * share)}</text>'
        )
    return "".join(lines)


def _labels(labels: Sequence[str], step: float) -> Iterable[str]:
    every = max(1, round(120 / step))
    for place in range(0, len(labels), every):
        yield f'<text class="number" x="{LEFT + place * step:.1f}" y="{HEIGHT - 5}">{escape(labels[place])}</text>'


def _round(number: float) -> str:
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if number >= 10 * size or number == size:
            return f"{number / size:,.0f}{unit}"
        if number >= size:
            return f"{number / size:,.1f}{unit}"
    return f"{number:,.0f}"


def _cut(text: str, limit: int) -> str:
    return escape(text if len(text) <= limit else f"{text[: limit - 1]}…")


def _svg(title: str, height: float, drawn: Iterable[str]) -> str:
    inside = "".join(drawn)
    return f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(title, quote=True)}">{inside}</svg>'
