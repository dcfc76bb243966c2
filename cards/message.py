"""A title and a sentence: for answers that need no card of their own."""

from __future__ import annotations

from bot.ports import Card
from cards.elements import card, heading
from cards.spoken import spoken


def message(title: str, said: str) -> Card:
    return card([heading(title), *([spoken(said)] if said else [])], fallback=f"{title}. {said}")


def example() -> Card:
    return message("Already acknowledged", "Ada Admin has had #42 for 12 min.")
