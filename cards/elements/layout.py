"""How elements stand together: containers, columns, tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from cards.elements.base import ROWS, Element, named, present, spaced


def container(items: Iterable[Element | None], *, emphasis: bool = False, name: str = "", spacing: str = "") -> Element:
    """Elements that belong together; named ROWS, its items may be cut."""
    style = {"style": "emphasis"} if emphasis else {}
    return {"type": "Container", **named(name), **style, "items": present(items), **spaced(spacing)}


def columns(*parts: tuple[Literal["auto", "stretch"], Sequence[Element]], name: str = "") -> Element:
    """Elements side by side."""
    made = [
        {"type": "Column", "width": width, "verticalContentAlignment": "Center", "items": list(items)}
        for width, items in parts
    ]
    return {"type": "ColumnSet", **named(name), "columns": made}


def table(widths: Sequence[int], rows: Sequence[Sequence[Sequence[Element]]]) -> Element:
    """Rows of cells; the first row is the header, the others may be cut."""
    made = [
        {"type": "TableRow", "cells": [{"type": "TableCell", "items": list(cell)} for cell in cells]} for cells in rows
    ]
    return {
        "type": "Table",
        "id": ROWS,
        "columns": [{"width": width} for width in widths],
        "showGridLines": False,
        "rows": made,
        "spacing": "Medium",
    }
