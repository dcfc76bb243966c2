"""What a route would have made of the past: the cards and notes of the incidents that it matches, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from bot.model import Incident, TimelineEntry, Value
from bot.model.routes import Matchers
from bot.routing import Book, matches


class Made(Value, frozen=True, kw_only=True):
    """How many cards and notes, None where notes are not sent; `unknown` are incidents of which the bot did not keep yet
    what it told of them.
    """

    cards: int = 0
    notes: int | None = 0
    unknown: int = 0


class Past(Value, frozen=True, kw_only=True):
    """What happened since a time: the incidents that something happened to, and all their steps, oldest first."""

    since: datetime
    incidents: Mapping[int, Incident]
    steps: Mapping[int, Sequence[TimelineEntry]]


def replay(wanted: Matchers, past: Past, book: Book) -> Made:
    """What a receiver with this route alone would have got, had the route been there all the time."""
    made = [
        _of(wanted, incident, past.steps.get(number, ()), past.since, book)
        for number, incident in past.incidents.items()
    ]
    return Made(
        cards=sum(each.cards for each in made),
        notes=sum(each.notes or 0 for each in made),
        unknown=sum(each.unknown for each in made),
    )


def _of(wanted: Matchers, incident: Incident, steps: Iterable[TimelineEntry], since: datetime, book: Book) -> Made:
    cards = notes = 0
    has_card = False
    for step in steps:
        if step.told is None:
            # Before this was kept: whether there was a card, and what followed, would be a guess.
            return Made(unknown=1) if _ever(wanted, incident, book) else Made()
        if step.told.card and not has_card and matches(wanted, _as_it_was(incident, step), book):
            has_card, cards = True, cards + (step.at >= since)
        if step.told.note and has_card and step.at >= since:
            notes += 1
    return Made(cards=cards, notes=notes)


def _ever(wanted: Matchers, incident: Incident, book: Book) -> bool:
    return matches(replace(wanted, severity=None), incident, book)


def _as_it_was(incident: Incident, step: TimelineEntry) -> Incident:
    severity = (step.told.severity if step.told else None) or incident.alert.severity
    return replace(incident, alert=replace(incident.alert, severity=severity))
