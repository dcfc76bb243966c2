"""Words on a card, shown as they are: paragraphs, cells, headings, facts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from cards.elements.base import Element, Run, spaced
from cards.plain import LONG, SHORT, clean, literal
from cards.times import Said, local, pieces, plainly

_CALL = re.compile(r"<(?=/?at\b)", re.IGNORECASE)
UNBROKEN = 30
"""Letters in a row that a narrow FactSet still has room for."""


def run(text: str, *, bold: bool = False, subtle: bool = False, limit: int = LONG) -> Run:
    """A piece of a line; pieces are never Markdown."""
    weight = {"weight": "Bolder"} if bold else {}
    return {"type": "TextRun", "text": _gap(text, limit), **weight, **({"isSubtle": True} if subtle else {})}


def _gap(text: str, limit: int) -> str:
    # Runs stand side by side, so the blank at either end of one matters; {{DATE(…)}} would be read as a date, and
    # <at>…</at> as a call of whom the card calls.
    left, right = text[:1].isspace(), text[-1:].isspace()
    shown = _CALL.sub("<\u2060", clean(text, limit).replace("{{", "{\u2060{"))
    return f"{' ' * left}{shown}{' ' * right}" if shown else ""


def text(*pieces: str | Run, subtle: bool = False, spacing: str = "") -> Element:
    """A paragraph."""
    runs = [run(piece, subtle=subtle) if isinstance(piece, str) else piece for piece in pieces]
    return {"type": "RichTextBlock", "inlines": runs, **spaced(spacing)}


def cell(said: str, *, bold: bool = False, subtle: bool = False, spacing: str = "") -> Element:
    """A few words in the smallest JSON there is, for tables."""
    looks = {**({"weight": "Bolder"} if bold else {}), **({"isSubtle": True} if subtle else {}), **spaced(spacing)}
    return {"type": "TextBlock", "text": literal(said, SHORT), "wrap": True, **looks}


def heading(title: str, *, small: bool = False) -> Element:
    """A title, which screen readers announce as one."""
    looks = {"size": "Default", "spacing": "Medium"} if small else {"size": "Large", "spacing": "Small"}
    shown = literal(title, 200)
    return {"type": "TextBlock", "text": shown, "wrap": True, "weight": "Bolder", "style": "heading", **looks}


def facts(pairs: Iterable[tuple[str, Said]]) -> list[Element]:
    """Names and values; a fact without a value is left out, one that a FactSet could not break follows as a paragraph."""
    rows: list[Element] = []
    long: list[Element] = []
    for title, value in pairs:
        plain = clean(plainly(value))
        if plain and max(map(len, plain.split())) <= UNBROKEN:
            rows.append({"title": literal(title, SHORT), "value": _timed(pieces(value))})
        elif plain:
            long.append(text(run(f"{title} ", bold=True), plain))
    return [*([{"type": "FactSet", "facts": rows, "spacing": "Medium"}] if rows else []), *long]


def _timed(said: Iterable[str | datetime]) -> str:
    """Words as they are, times as the client's own functions."""
    return "".join(local(each) if isinstance(each, datetime) else _within(each) for each in said).strip()


def _within(words: str) -> str:
    # The blanks between words and a time matter.
    return f"{' ' * words[:1].isspace()}{literal(words)}{' ' * words[-1:].isspace()}" if words.strip() else ""
