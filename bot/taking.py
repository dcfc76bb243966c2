"""An incident that somebody takes, or gives to somebody."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from bot.incidents import Change, Kind, moved
from bot.model import Incident, Person, State


def acknowledge(incident: Incident, person: Person, now: datetime) -> Change:
    """The incident in somebody's hands. A resolved one is the caller's to refuse."""
    by = person.name or person.id
    after = moved(incident, now, state=State.ACKNOWLEDGED, acknowledged_at=now, acknowledged_by=by)
    return Change(kind=Kind.ACKNOWLEDGED, incident=after, by=by)


def assign(incident: Incident, person: Person, by: Person, now: datetime) -> Change:
    """The incident given to somebody; who takes it for themselves has acknowledged it by that."""
    giver = by.name or by.id
    after = moved(incident, now, assigned_to=person, assigned_by=giver)
    if person.id == by.id and incident.state is State.OPEN:
        after = replace(after, state=State.ACKNOWLEDGED, acknowledged_at=now, acknowledged_by=giver)
    return Change(kind=Kind.ASSIGNED, incident=after, by=giver)
