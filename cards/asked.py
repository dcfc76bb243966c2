"""Who on call was asked and who could not be reached, in the same words on cards and in notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.model import Asked, Waiting
from cards import words
from cards.plain import SHORT, clean, shortened

SPELT = 3
"""People who are named with the reason why they could not be reached."""
WHY = 90
"""Letters of it; what to do about it is told by `doctor` and `oncall`."""


def unreached(some: Sequence[Asked]) -> str:
    """Each with why, e.g. "Ada Admin (the bot was blocked here)"; by the object id, which is what has to be mended, where
    no name is known.
    """
    named = [f"{_who(each)} ({_why(each)})" for each in some[:SPELT]]
    if (left := len(some) - SPELT) > 0:
        named.append(words.count(left, "other"))
    return "; ".join(named)


def in_vain(waiting: Waiting) -> str:
    """What was tried until there was nobody left to ask."""
    if not waiting.reached:
        return "nobody on call could be reached"
    times = Counter(each.person.id.lower() for each in waiting.reached).values()
    most = max(times)
    often = f"{'up to ' if min(times) < most else ''}{words.count(most, 'time')}" if most > 1 else "once"
    return f"everybody on call {'who could be reached ' if waiting.unreached else ''}was asked {often}"


def _why(asked: Asked) -> str:
    first, _, _ = asked.missed.partition(". ")
    return shortened(first, WHY).rstrip(".")


def _who(asked: Asked) -> str:
    return clean(asked.person.name, SHORT) or asked.person.id
