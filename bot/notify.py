"""Stores what became of an incident together with whom to tell, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable

from bot.adapters.store import Transaction
from bot.incidents import Change, Kind
from bot.model import Conversation, Incident
from bot.routing import route
from cards import notes


async def tell(tx: Transaction, change: Change, watching: Iterable[Conversation]) -> Incident:
    """Save the incident, ask for its cards to be posted or brought up to date, and for a note where one is due."""
    incident = await tx.incidents.save(change.incident)
    if change.kind in (Kind.OPENED, Kind.REOPENED):
        for conversation in route(incident, watching):
            await tx.outbox.want_card(incident.number, conversation.id, incident.revision)
    await tx.outbox.refresh(incident.number, incident.revision)
    if text := _note(change):
        await tx.outbox.add_note(incident.number, text)
    return incident


async def show_open(tx: Transaction, conversation: Conversation) -> int:
    """Bring the cards of all open incidents to a conversation that begins to watch; how many there are."""
    incidents = await tx.incidents.open()
    for incident in incidents:
        await tx.outbox.want_card(incident.number, conversation.id, incident.revision)
    return len(incidents)


def _note(change: Change) -> str:
    match change.kind:
        case Kind.ACKNOWLEDGED:
            return notes.acknowledged(change.incident)
        case Kind.RESOLVED:
            return notes.resolved(change.incident)
        case Kind.REOPENED:
            return notes.reopened(change.incident)
        case Kind.CHANGED if change.before is not None:
            return notes.changed(change.incident, change.before)
        case _:
            return ""
