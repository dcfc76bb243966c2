"""What is said under an incident's cards of what became of it, and of what nothing is said."""

from __future__ import annotations

from bot.incidents import FLAPS, Change, Kind, returns
from bot.model import State
from cards import notes

DAMPED = (Kind.REOPENED, Kind.RESOLVED)
BY_PEOPLE = (Kind.ACKNOWLEDGED, Kind.ASSIGNED, Kind.SNOOZED, Kind.WAKES_SOON, Kind.WOKEN)


def due_note(change: Change) -> str:
    """The note of a change, unless it is to be kept quiet: snoozed, explained by another incident, or one of too many."""
    incident = change.incident
    if change.kind in BY_PEOPLE:
        return _note(change)
    if incident.held_by or (incident.snooze is not None and incident.state is not State.RESOLVED):
        return ""
    if change.kind in DAMPED and returns(incident, incident.changed_at) >= FLAPS:
        begins = change.kind is Kind.REOPENED and returns(incident, incident.changed_at) == FLAPS
        return notes.flapping(incident) if begins else ""
    return _note(change)


def _note(change: Change) -> str:
    incident = change.incident
    match change.kind:
        case Kind.ACKNOWLEDGED:
            return notes.acknowledged(incident)
        case Kind.ASSIGNED:
            return notes.assigned(incident)
        case Kind.SNOOZED:
            return notes.snoozed(incident)
        case Kind.WAKES_SOON:
            return notes.wakes_soon(incident)
        case Kind.WOKEN:
            return notes.woken(incident, change.why, change.by)
        case Kind.RESOLVED:
            return notes.resolved(incident)
        case Kind.REOPENED:
            return notes.reopened(incident)
        case Kind.CHANGED if change.before is not None:
            return notes.changed(incident, change.before)
        case _:
            return ""
