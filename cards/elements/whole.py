"""The whole card, which fits into what Teams takes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from bot.ports import Card
from cards.elements.base import ROWS, Element, present
from cards.elements.mentions import Somebody, entities
from cards.elements.texts import run, text
from cards.plain import literal, unescaped

LARGEST = 40_000
"""Bytes of UTF-16, which every documented limit of Teams allows."""


def card(body: Iterable[Element | None], *, fallback: str, people: Sequence[Somebody] = (), rest: str = "") -> Card:
    """A card that fits; `fallback` says the same in a sentence, for notifications and clients that show no cards.

    `people` are those whom an element of it mentions; `rest` is the command that shows rows for which there is no room.
    """
    called = {"entities": entities(people)} if people else {}
    return fit(
        {
            "type": "AdaptiveCard",
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "version": "1.5",
            "lang": "en",
            "fallbackText": literal(fallback.replace("`", ""), 300) or "Syncwatch",
            "body": present(body),
            "msteams": {"width": "full", **called},
        },
        rest,
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


def fit(card: Card, rest: str = "") -> Card:
    """Cut rows from the end until the card is small enough, and say how many are left out, and how they are asked for.

    Raises ValueError where it is too large without any rows.
    """
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
    if over > 0:
        raise ValueError("a card is too large for Teams even without its rows")
    ask = f" Write {rest} to see them." if rest else ""
    said = text(f"{len(rows) - kept:,} more are left out: a card holds no more.{ask}", subtle=True)
    cut = {**body[place], kind: rows[:kept]}
    return {**card, "body": [*body[:place], cut, said, *body[place + 1 :]]}
