"""What clients without it must be told in words: badges and charts, each with its fallback."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from cards.elements.base import Element
from cards.elements.texts import cell, run, text
from cards.plain import SHORT, clean

BadgeStyle = Literal["Good", "Attention", "Warning", "Informative", "Subtle"]


def badge(word: str, style: BadgeStyle) -> Element:
    """A coloured word; clients without badges show it bold."""
    fallback = cell(word, bold=True)
    return {"type": "Badge", "text": clean(word, SHORT), "style": style, "size": "Large", "fallback": fallback}


def chart(title: str, bars: Sequence[tuple[str, int]], in_words: str) -> Element:
    """Bars with their names; clients without charts (telephones) say it in words."""
    return {
        "type": "Chart.HorizontalBar",
        "title": clean(title, SHORT),
        "data": [{"x": clean(name, 40), "y": value} for name, value in bars],
        "displayMode": "AbsoluteNoAxis",
        "fallback": text(run(f"{title} ", bold=True), in_words),
    }
