"""Who is asked next to take an incident that nobody takes: the people on call, one after the other, round after round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.model import Asked, Incident, Person, Severity, Value, Waiting
from bot.model.held import Duty

ROUNDS = 3
"""How often everybody is asked before the fallback hears of it."""
_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Step(Value, frozen=True, kw_only=True):
    """What time made of an incident's waiting: who is asked now, or (`spent`) that there is nobody left to ask.

    `missed` are the turns of those who could not be reached, as far as that is news; `shown`: the card is to say so.
    """

    waiting: Waiting | None
    to: Person | None = None
    spent: bool = False
    missed: tuple[Asked, ...] = ()
    shown: bool = False


def due(
    incident: Incident, duty: Duty | None, now: datetime, *, refused: str = "", shut: Mapping[str, str] | None = None
) -> Step | None:
    """The one step that is due now; None where nothing is. After an absence, no more than one person is asked at a time.

    `refused` is why who was asked last could not be reached, so that the next one's turn comes at once; `shut` why
    anybody else cannot be, by object id in small letters.
    """
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
        return _mended(waiting, duty, now)
    return _goes_on(waiting, duty, now, refused, shut or {})


def concerns(incident: Incident, duty: Duty | None) -> bool:
    """Whether those on call are asked about such an incident."""
    return duty is not None and bool(duty.people) and _RANKS[incident.alert.severity] <= _RANKS[duty.severity]


def awaited(incident: Incident) -> Asked | None:
    """Whoever was asked last and has their time now, as far as it is known."""
    waiting = incident.waiting
    if waiting is None or waiting.next_at is None or not waiting.asked or not incident.unattended:
        return None
    last = waiting.asked[-1]
    return None if last.missed else last


def _began(waiting: Waiting, duty: Duty | None, now: datetime) -> Step:
    if duty is None:
        return Step(waiting=waiting)
    begun = replace(waiting, next_at=now + timedelta(minutes=duty.minutes))
    return Step(waiting=replace(begun, next=_foreseen(begun, duty)), shown=True)


def _mended(waiting: Waiting, duty: Duty, now: datetime) -> Step | None:
    """Where nobody could be reached, others who are on call by now have their turns."""
    found = not waiting.reached and _next(waiting, duty) is not None
    return _began(replace(waiting, spent=False), duty, now) if found else None


def _goes_on(waiting: Waiting, duty: Duty, now: datetime, refused: str, shut: Mapping[str, str]) -> Step | None:
    if waiting.next_at is None:
        return _began(waiting, duty, now)
    if refused:
        *before, last = waiting.asked
        missed = replace(waiting, asked=(*before, replace(last, missed=refused)))
        return _asked(missed, duty, now, shut, known=before)
    if now >= waiting.next_at:
        return _asked(waiting, duty, now, shut, known=waiting.asked)
    wanted = _foreseen(waiting, duty)
    return None if wanted == waiting.next else Step(waiting=replace(waiting, next=wanted), shown=True)


def _next(waiting: Waiting, duty: Duty) -> Person | None:
    """Whose turn is next; None after the last round, and where nobody could be reached when it was their turn last."""
    turns = {each.person.id.lower(): each for each in waiting.asked}
    if all((last := turns.get(each.id.lower())) is not None and last.missed for each in duty.people):
        return None
    # Who was asked least, for the list may have become another one since the first was asked.
    times = Counter(each.person.id.lower() for each in waiting.asked)
    person = min(duty.people, key=lambda each: times[each.id.lower()])
    return person if times[person.id.lower()] < ROUNDS else None


def _foreseen(waiting: Waiting, duty: Duty) -> Person | None:
    """Who is asked next in all likelihood: whoever could not be reached last time is tried again, and then passed over, as
    is whoever is not there.
    """
    lost = {each.person.id.lower() for each in waiting.unreached} | duty.absent
    return _next(waiting, replace(duty, people=tuple(each for each in duty.people if each.id.lower() not in lost)))


def _asked(waiting: Waiting, duty: Duty, now: datetime, shut: Mapping[str, str], *, known: Sequence[Asked]) -> Step:
    """Ask the next one who is not known to be out of reach; those who are have had their turn of this round."""
    to = _next(waiting, duty)
    while to is not None:
        why = shut.get(to.id.lower(), "")
        waiting = replace(waiting, asked=(*waiting.asked, Asked(person=to, at=now, missed=why)))
        if not why:
            break
        to = _next(waiting, duty)
    missed = tuple(each for each in waiting.asked[len(known) :] if each.missed)
    if to is None:
        spent = replace(waiting, next=None, next_at=None, spent=True)
        return Step(waiting=spent, spent=True, missed=missed, shown=True)
    after = replace(waiting, next=_foreseen(waiting, duty), next_at=now + timedelta(minutes=duty.minutes))
    return Step(waiting=after, to=to, missed=missed, shown=True)
