"""The whole card, which fits into what Teams takes."""

from __future__ import annotations

import json
from collections.abc import Iterable

from bot.ports import Card
from cards.elements.base import ROWS, Element, present
from cards.elements.texts import run, text
from cards.plain import literal, unescaped

LARGEST = 40_000
"""Bytes of UTF-16, which every documented limit of Teams allows."""


def card(body: Iterable[Element | None], *, fallback: str) -> Card:
    """A card that fits; `fallback` says the same in a sentence, for notifications and clients that show no cards."""
    return fit(
        {
            "type": "AdaptiveCard",
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "version": "1.5",
            "lang": "en",
            "fallbackText": literal(fallback.replace("`", ""), 300) or "Syncwatch",
            "body": present(body),
            "msteams": {"width": "full"},
        }
    )


def in_a_line(card: Card) -> str:
    """What the card says, for a notification."""
    return unescaped(card["fallbackText"])


def noted(card: Card, said: str) -> Card:
    """The card with one more sentence at its end."""
    return {**card, "body": [*card["body"], text(run(said, bold=True))]}


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
