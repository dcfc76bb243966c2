"""People called by name, so that Teams tells them of the card; a name is only ever a name, whatever stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import count

from cards.elements.base import Element, spaced
from cards.plain import literal, unformatted

Somebody = tuple[str, str]
"""A name, and the Entra object id or Teams' own id of the person."""

MOST = 20
"""People that a card calls; the others are counted."""
_LONGEST = 60
_ID = re.compile(r"29:[\w-]{1,200}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def mentions(lead: str, people: Sequence[Somebody]) -> Element | None:
    """A line that calls people, after a few words of ours; the card must be made with the same people."""
    called = _called(people)
    if not called:
        return None
    more = len(_known(people)) - len(called)
    names = ", ".join(tag for tag, _ in called)
    said = f"{literal(lead)} {names}{f' and {more} more' if more else ''}"
    return {"type": "TextBlock", "text": said, "wrap": True, **spaced("Small")}


def entities(people: Sequence[Somebody]) -> list[Element]:
    """What the card needs besides, so that Teams knows who is meant."""
    return [
        {
            "type": "mention",
            "text": tag,
            "mentioned": {"id": who, "name": tag.removeprefix("<at>").removesuffix("</at>")},
        }
        for tag, who in _called(people)
    ]


def _called(people: Iterable[Somebody]) -> list[tuple[str, str]]:
    """Each person once, with the text that stands for them and for nobody else."""
    called: dict[str, str] = {}
    for name, who in _known(people)[:MOST]:
        shown = unformatted(name, _LONGEST) or "Somebody"
        numbered = (shown if number == 1 else f"{shown} ({number})" for number in count(1))
        called[next(each for each in numbered if each not in called)] = who
    return [(f"<at>{shown}</at>", who) for shown, who in called.items()]


def _known(people: Iterable[Somebody]) -> list[Somebody]:
    """Those whose id Teams could know, each once: it refuses a whole card for one that it does not."""
    by_id: dict[str, Somebody] = {}
    for name, who in people:
        if _ID.fullmatch(who):
            by_id.setdefault(who.lower(), (name, who))
    return list(by_id.values())
