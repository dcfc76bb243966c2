"""What is said where words fit several things: how many, the first of them, and how many more there are."""

from __future__ import annotations

from collections.abc import Sequence

from bot.ports import Unclear

NAMED = 6
"""Names that a sentence has room for, and that are offered instead."""


def several(what: str, text: str, names: Sequence[str]) -> Unclear:
    """What is raised then; `what` is what they are, in the plural, and `names` those that the text fits."""
    more = len(names) - NAMED
    rest = f" and {more:,} more. More of the name tells them apart." if more > 0 else "."
    return Unclear(f"{len(names):,} {what} match '{text}': {', '.join(names[:NAMED])}{rest}", names[:NAMED])
