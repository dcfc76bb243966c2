"""The only Adaptive Card JSON: small functions, one for each kind of element; every text they take is shown as it is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from bot.ports import Card
from cards.plain import LONG, SHORT, clean, is_page, literal

Element = dict[str, Any]
Action = dict[str, Any]
Run = dict[str, Any]

BadgeStyle = Literal["Good", "Attention", "Warning", "Informative", "Subtle"]
ButtonStyle = Literal["default", "positive", "destructive"]

LARGEST = 40_000  # bytes of UTF-16, which every documented limit of Teams allows
MOST_BUTTONS = 6  # what Teams shows; secondary buttons stand behind its dots and do not count
UNBROKEN = 30  # letters in a row that a narrow FactSet still has room for
ROWS = "rows"  # the id of the element whose rows `fit` may cut


# --- Text --------------------------------------------------------------------------------------------------------------


def run(text: str, *, bold: bool = False, subtle: bool = False, limit: int = LONG) -> Run:
    """A piece of a line; pieces are never Markdown."""
    weight = {"weight": "Bolder"} if bold else {}
    return {"type": "TextRun", "text": _gap(text, limit), **weight, **({"isSubtle": True} if subtle else {})}


def _gap(text: str, limit: int) -> str:
    # Runs stand side by side, so the blank at either end of one matters; {{DATE(…)}} would be read as a date.
    left, right = text[:1].isspace(), text[-1:].isspace()
    shown = clean(text, limit).replace("{{", "{\u2060{")
    return f"{' ' * left}{shown}{' ' * right}" if shown else ""


def text(*pieces: str | Run, subtle: bool = False, spacing: str = "") -> Element:
    """A paragraph."""
    runs = [run(piece, subtle=subtle) if isinstance(piece, str) else piece for piece in pieces]
    return {"type": "RichTextBlock", "inlines": runs, **_spaced(spacing)}


def cell(said: str, *, bold: bool = False, subtle: bool = False, spacing: str = "") -> Element:
    """A few words in the smallest JSON there is, for tables."""
    looks = {**({"weight": "Bolder"} if bold else {}), **({"isSubtle": True} if subtle else {}), **_spaced(spacing)}
    return {"type": "TextBlock", "text": literal(said, SHORT), "wrap": True, **looks}


def heading(title: str, *, small: bool = False) -> Element:
    """A title, which screen readers announce as one."""
    looks = {"size": "Default", "spacing": "Medium"} if small else {"size": "Large", "spacing": "Small"}
    shown = literal(title, 200)
    return {"type": "TextBlock", "text": shown, "wrap": True, "weight": "Bolder", "style": "heading", **looks}


def facts(pairs: Iterable[tuple[str, str]]) -> list[Element]:
    """Names and values; a fact without a value is left out, one that a FactSet could not break follows as a paragraph."""
    known = [(title, clean(value)) for title, value in pairs if value.strip()]
    short = [(title, value) for title, value in known if max(map(len, value.split())) <= UNBROKEN]
    rows = [{"title": literal(title, SHORT), "value": literal(value)} for title, value in short]
    long = [text(run(f"{title} ", bold=True), value) for title, value in known if (title, value) not in short]
    return [*([{"type": "FactSet", "facts": rows, "spacing": "Medium"}] if rows else []), *long]


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


# --- Layout ------------------------------------------------------------------------------------------------------------


def container(items: Iterable[Element | None], *, emphasis: bool = False, name: str = "", spacing: str = "") -> Element:
    """Elements that belong together; named ROWS, its items may be cut."""
    style = {"style": "emphasis"} if emphasis else {}
    return {"type": "Container", **_named(name), **style, "items": _present(items), **_spaced(spacing)}


def columns(*parts: tuple[Literal["auto", "stretch"], Sequence[Element]], name: str = "") -> Element:
    """Elements side by side."""
    made = [
        {"type": "Column", "width": width, "verticalContentAlignment": "Center", "items": list(items)}
        for width, items in parts
    ]
    return {"type": "ColumnSet", **_named(name), "columns": made}


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


# --- Inputs: each is named after the flag of the command that it fills in -----------------------------------------------


def choice(flag: str, label: str, options: Sequence[tuple[str, str]]) -> Element:
    """One of a few values, given as title and value; the first is picked already."""
    made = [{"title": clean(title, SHORT), "value": clean(value, SHORT)} for title, value in options]
    value = made[0]["value"]
    return {"type": "Input.ChoiceSet", "id": flag, "label": clean(label, SHORT), "choices": made, "value": value}


def line(flag: str, label: str) -> Element:
    """A line of text that has to be filled in."""
    told = {"isRequired": True, "errorMessage": "This is needed.", "maxLength": 200}
    return {"type": "Input.Text", "id": flag, "label": clean(label, SHORT), **told}


# --- Buttons -----------------------------------------------------------------------------------------------------------


def button(
    title: str, verb: str, words: str = "", *, style: ButtonStyle = "default", secondary: bool = False
) -> Action:
    """A button is a command: its verb is the command's name, its data the command's words."""
    data = {"words": clean(words)}
    action: Action = {"type": "Action.Execute", "title": clean(title, 40), "verb": clean(verb, SHORT), "data": data}
    if style != "default":
        action["style"] = style
    if secondary:
        action["mode"] = "secondary"
    return action


def link(title: str, url: str) -> Action | None:
    """A button that opens a page; None where the address is not a whole https one."""
    return {"type": "Action.OpenUrl", "title": clean(title, 40), "url": url} if is_page(url) else None


def buttons(*actions: Action | None) -> Element | None:
    """A row of buttons, if there are any; more than Teams shows is a mistake in the card."""
    shown = _present(actions)
    if sum(action.get("mode") != "secondary" for action in shown) > MOST_BUTTONS:
        raise ValueError(f"a card shows {MOST_BUTTONS} buttons at most; make some of them secondary")
    return {"type": "ActionSet", "actions": shown} if shown else None


# --- The card ----------------------------------------------------------------------------------------------------------


def card(body: Iterable[Element | None], *, fallback: str) -> Card:
    """A card that fits; `fallback` says the same in a sentence, for clients that show no cards."""
    return fit(
        {
            "type": "AdaptiveCard",
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "version": "1.5",
            "lang": "en",
            "fallbackText": literal(fallback, 300) or "Syncwatch",
            "body": _present(body),
            "msteams": {"width": "full"},
        }
    )


def size(part: object) -> int:
    """Bytes as Teams counts them."""
    return len(json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode("utf-16-le", "surrogatepass"))


def fit(card: Card) -> Card:
    """Cut rows from the end until the card is small enough, and say how many are left out."""
    if (over := size(card) - LARGEST) <= 0:
        return card
    body: list[Element] = card["body"]
    place = next((at for at, element in enumerate(body) if element.get("id") == ROWS), None)
    if place is None:
        raise ValueError("a card without rows is too large for Teams")
    kind = "rows" if body[place]["type"] == "Table" else "items"
    rows = list(body[place][kind])
    over += 1_000  # for the sentence
    kept = len(rows)
    while over > 0 and kept > 1:
        kept -= 1
        over -= size(rows[kept]) + 2  # and its comma
    said = text(f"{len(rows) - kept:,} more are left out: a card holds no more.", subtle=True)
    cut = {**body[place], kind: rows[:kept]}
    return {**card, "body": [*body[:place], cut, said, *body[place + 1 :]]}


def _present(parts: Iterable[Element | None]) -> list[Element]:
    return [part for part in parts if part is not None]


def _named(name: str) -> Element:
    return {"id": name} if name else {}


def _spaced(spacing: str) -> Element:
    return {"spacing": spacing} if spacing else {}
