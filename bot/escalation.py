"""Who is asked next to take an incident that nobody takes: the people on call, one after the other, round after round."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.model import Asked, Incident, Person, Severity, Value, Waiting
from bot.model.held import Duty

ROUNDS = 3
"""How often everybody is asked before the fallback hears of it."""
_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Step(Value, frozen=True, kw_only=True):
    """What time made of an incident's waiting: who is asked now, or (`spent`) that everybody was asked in vain.

    `shown`: the card is to say so.
    """

    waiting: Waiting | None
    to: Person | None = None
    spent: bool = False
    shown: bool = False


def due(incident: Incident, duty: Duty | None, now: datetime) -> Step | None:
    """The one step that is due now; None where nothing is. After an absence, no more than one person is asked at a time."""
    waiting = incident.waiting
    if not incident.unattended:
        return None if waiting is None else Step(waiting=None)
    if waiting is None:
        waiting = Waiting(since=now)
        return _began(waiting, duty, now) if concerns(incident, duty) else Step(waiting=waiting)
    if duty is None or not concerns(incident, duty):
        idle = replace(waiting, next=None, next_at=None)
        return None if idle == waiting else Step(waiting=idle, shown=True)
    if waiting.spent:
        return None
    if waiting.next_at is None:
        return _began(waiting, duty, now)
    if now >= waiting.next_at:
        return _asked(waiting, duty, now)
    wanted = _next(waiting, duty)
    return None if wanted == waiting.next else Step(waiting=replace(waiting, next=wanted), shown=True)


def concerns(incident: Incident, duty: Duty | None) -> bool:
    """Whether those on call are asked about such an incident."""
    return duty is not None and bool(duty.people) and _RANKS[incident.alert.severity] <= _RANKS[duty.severity]


def _began(waiting: Waiting, duty: Duty | None, now: datetime) -> Step:
    if duty is None:
        return Step(waiting=waiting)
    begun = replace(waiting, next_at=now + timedelta(minutes=duty.minutes))
    return Step(waiting=replace(begun, next=_next(begun, duty)), shown=True)


def _next(waiting: Waiting, duty: Duty) -> Person | None:
    """Whose turn is next; None after the last round."""
    # Who was asked least, for the list may have become another one since the first was asked.
    times = Counter(each.person.id.lower() for each in waiting.asked)
    person = min(duty.people, key=lambda each: times[each.id.lower()])
    return person if times[person.id.lower()] < ROUNDS else None


def _asked(waiting: Waiting, duty: Duty, now: datetime) -> Step:
    person = _next(waiting, duty)
    if person is None:
        return Step(waiting=replace(waiting, next=None, next_at=None, spent=True), spent=True, shown=True)
    after = replace(waiting, asked=(*waiting.asked, Asked(person=person, at=now)))
    after = replace(after, next=_next(after, duty), next_at=now + timedelta(minutes=duty.minutes))
    return Step(waiting=after, to=person, shown=True)
