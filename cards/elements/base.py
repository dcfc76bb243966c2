"""What the JSON of an element is made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Element = dict[str, Any]
Action = dict[str, Any]
Run = dict[str, Any]

ROWS = "rows"
"""The id of the element whose rows may be cut when the card is too large."""


def present(parts: Iterable[Element | None]) -> list[Element]:
    """Those parts that there are."""
    return [part for part in parts if part is not None]


def named(name: str) -> Element:
    return {"id": name} if name else {}


def spaced(spacing: str) -> Element:
    return {"spacing": spacing} if spacing else {}
