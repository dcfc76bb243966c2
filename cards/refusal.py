"""A polite no: why, and what to do instead."""

from __future__ import annotations

from collections.abc import Sequence

from bot.ports import Card
from cards.elements import button, buttons, card
from cards.spoken import spoken

MOST = 5


def refusal(said: str, suggestions: Sequence[str] = ()) -> Card:
    """A sentence, and whole command lines (`status workday`) to press instead."""
    lines = [line.split(maxsplit=1) for line in suggestions if line.strip()]
    offered = [button(" ".join(line), line[0], line[1] if len(line) > 1 else "") for line in lines[:MOST]]
    return card([spoken(said), buttons(*offered)], fallback=said)


def example() -> Card:
    return refusal("No job matches 'wrkday'. Did you mean Workday to Entra ID?", ["status Workday to Entra ID", "jobs"])
