"""Stores what became of an incident together with whom to tell, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from bot.adapters.store import Transaction
from bot.incidents import FLAPS, Change, Kind, returns
from bot.model import Conversation, Incident, LastTime, State, TimelineEntry
from bot.routing import route
from cards import notes

ACTED = "acted"
SHOWN_ANEW = (Kind.OPENED, Kind.REOPENED, Kind.RELEASED)
DAMPED = (Kind.REOPENED, Kind.RESOLVED)
BY_PEOPLE = (Kind.ACKNOWLEDGED, Kind.ASSIGNED, Kind.SNOOZED, Kind.WAKES_SOON, Kind.WOKEN)


async def tell(tx: Transaction, change: Change, watching: Iterable[Conversation]) -> Incident:
    """Save the incident, ask for its cards to be posted or brought up to date, and for a note where one is due."""
    if change.kind is Kind.OPENED:
        past = await _last_time(tx, change.incident)
        change = replace(change, incident=replace(change.incident, last_time=past))
    incident = await tx.incidents.save(change.incident)
    change = replace(change, incident=incident)
    if change.kind in SHOWN_ANEW and not incident.held_by:
        for conversation in route(incident, watching):
            await tx.outbox.want_card(incident.number, conversation.id, incident.revision)
    await tx.outbox.refresh(incident.number, incident.revision)
    if change.kind is not Kind.EDITED:
        await tx.timeline.add(incident.number, _step(change))
    if text := _due_note(change):
        await tx.outbox.add_note(incident.number, text, await _only(tx, change))
    return incident


async def _only(tx: Transaction, change: Change) -> str:
    """Where alone a note is due: the end of a snooze is its author's affair, who may have a chat with the bot."""
    snooze = change.incident.snooze
    if change.kind is not Kind.WAKES_SOON or snooze is None:
        return ""
    own = await tx.conversations.own(snooze.by.id)
    if own is None:
        return ""
    await tx.outbox.want_card(change.incident.number, own.id, change.incident.revision)
    return own.id


async def edit(tx: Transaction, incidents: Sequence[Incident]) -> None:
    """Save incidents of which only the cards change, all at once: in a storm that is every one of them, at every look."""
    await tx.incidents.save_known(incidents)
    await tx.outbox.refresh_all({incident.number: incident.revision for incident in incidents})


async def show_open(tx: Transaction, conversation: Conversation) -> int:
    """Bring the cards of all open incidents to a conversation that begins to watch; how many there are."""
    incidents = [each for each in await tx.incidents.open() if not each.held_by]
    for incident in incidents:
        await tx.outbox.want_card(incident.number, conversation.id, incident.revision)
    return len(incidents)


async def note_act(tx: Transaction, job_id: str, by: str, text: str, now: datetime) -> None:
    """Keep in the timelines of a job's open incidents that somebody acted upon the job."""
    for incident in await tx.incidents.open():
        if incident.alert.job_id == job_id:
            await tx.timeline.add(incident.number, TimelineEntry(at=now, kind=ACTED, by=by, text=text))


# --- What happened ------------------------------------------------------------------------------------------------------


def _step(change: Change) -> TimelineEntry:
    incident = change.incident
    text = f"{incident.alert.severity}: {incident.alert.title}"
    match change.kind:
        case Kind.CHANGED:
            text = f"{text}. {incident.alert.detail}"
        case Kind.ASSIGNED if incident.assigned_to is not None:
            text = f"to {incident.assigned_to.name or incident.assigned_to.id}"
        case Kind.SNOOZED | Kind.WAKES_SOON if incident.snooze is not None:
            text = f"until {incident.snooze.until:%d %b %H:%M} UTC: {incident.snooze.reason}"
        case Kind.WOKEN:
            text = change.why
        case Kind.RESOLVED:
            text = incident.ended
        case Kind.ACKNOWLEDGED:
            text = ""
        case _:
            pass
    return TimelineEntry(at=incident.changed_at, kind=change.kind.value, by=change.by, text=text)


async def _last_time(tx: Transaction, incident: Incident) -> LastTime | None:
    past = await tx.incidents.before(incident)
    if past is None or past.resolved_at is None:
        return None
    elsewhere = past.alert.job_id != incident.alert.job_id
    return LastTime(
        number=past.number,
        opened_at=past.opened_at,
        resolved_at=past.resolved_at,
        job_name=past.alert.job_name if elsewhere else "",
        how=_how(past, await tx.timeline.of(past.number)),
    )


def _how(past: Incident, steps: Iterable[TimelineEntry]) -> str:
    """What ended it: the last act upon its job, or else who had it."""
    acts = [step for step in steps if step.kind == ACTED]
    if acts:
        return f"after {acts[-1].by} did this: {acts[-1].text}"
    if past.ended:
        return past.ended
    return f"{past.acknowledged_by} had it" if past.acknowledged_by else "by itself, nobody had it"


# --- What is said -------------------------------------------------------------------------------------------------------


def _due_note(change: Change) -> str:
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
