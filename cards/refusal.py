"""A polite no: why, and what to do instead."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from bot.ports import Card
from cards.elements import button, buttons, card
from cards.plain import LONG
from cards.spoken import spoken

MOST, SHOWN = 5, 40
"""Lines that are offered, and letters of one that a button shows."""


def refusal(said: str, suggestions: Sequence[str] = ()) -> Card:
    """A sentence, and whole command lines (`status workday`) to press instead."""
    lines = [" ".join(line.split()) for line in suggestions if line.strip()]
    # What a button cannot carry whole would do something else than what it says.
    lines = [line for line in lines if len(line) <= LONG][:MOST]
    offered = [button(_title(line, lines), *line.split(" ", 1)) for line in lines]
    return card([spoken(said), buttons(*offered)], fallback=said)


def _title(line: str, lines: Sequence[str]) -> str:
    """Of a line that is too long for a button the part that the others of the same command do not have."""
    words = line.split()
    alike = [each.split() for each in lines if each.split()[0] == words[0]]
    same = sum(1 for _ in takewhile(lambda some: len(set(some)) == 1, zip(*alike, strict=False)))
    same = min(same, *(len(each) - 1 for each in alike))  # where one goes on where another ends, both show something
    if len(line) <= SHOWN or len(alike) == 1 or same <= 1:
        return line
    return f"{words[0]} … {' '.join(words[same:])}"


def example() -> Card:
    return refusal("No job matches 'wrkday'. Did you mean Workday to Entra ID?", ["status Workday to Entra ID", "jobs"])
