"""Rows of a log on a card: the first few as a table, and how many more there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.model import Sheet
from cards.elements import Element, cell, table, text

WIDEST = 40
"""Letters that a column is given room for in comparison with others."""


def sheet(shown: Sheet | None) -> Iterator[Element]:
    """The table of a sheet, and under it what it leaves out."""
    if shown is None or not shown.rows:
        return
    yield grid(shown.columns, shown.rows)
    if shown.more:
        yield text(f"and {shown.more:,} more", subtle=True, spacing="Small")


def grid(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Element:
    """A table with a header; columns are as wide as what stands in them."""
    header = [[cell(name, bold=True)] for name in columns]
    lines = [[[cell(value)] for value in row] for row in rows]
    return table(widths(columns, rows), [header, *lines])


def widths(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """How wide the columns are in comparison."""
    return [max(4, min(WIDEST, max([len(name), *(len(row[at]) for row in rows)]))) for at, name in enumerate(columns)]
