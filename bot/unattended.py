"""What becomes of incidents that nobody takes: the people on call are asked, and it is said again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot import escalation, holding, reminders
from bot.adapters.store import Transaction
from bot.escalation import ROUNDS, Step
from bot.incidents import FLAPS, moved, returns
from bot.model import PERSON, Conversation, Incident, Person, TimelineEntry, Told
from bot.model.held import Duty
from bot.routes import outside
from bot.routing import Book, places
from cards import notes

ESCALATED, SPENT, REMINDED = "escalated", "escalation ended", "reminded"
Schedule = Sequence[timedelta]


def anything_due(incident: Incident, duty: Duty | None, schedule: Schedule, now: datetime) -> bool:
    """Whether time made anything of it."""
    return escalation.due(incident, duty, now) is not None or _reminder(incident, schedule, now) is not None


async def see_to(
    tx: Transaction, incident: Incident, duty: Duty | None, schedule: Schedule, book: Book, now: datetime
) -> bool:
    """All that is due for one incident; whether there is anything to deliver."""
    step = escalation.due(incident, duty, now)
    if step is not None:
        incident = await _stepped(tx, incident, step, book, now)
    at = _reminder(incident, schedule, now)
    if at is None or incident.waiting is None:
        return step is not None and step.shown
    incident = replace(incident, waiting=replace(incident.waiting, reminded=at))
    await tx.incidents.save(incident)
    text = notes.reminder(incident, now - incident.waiting.since if incident.waiting else timedelta())
    await _step_note(tx, incident, REMINDED, "", text, now)
    return True


def _reminder(incident: Incident, schedule: Schedule, now: datetime) -> datetime | None:
    waiting = incident.waiting
    if waiting is None or not incident.unattended or returns(incident, now) >= FLAPS:
        return None
    return reminders.due(waiting.since, waiting.reminded, schedule, now)


# --- The people on call -----------------------------------------------------------------------------------------------


async def _stepped(tx: Transaction, incident: Incident, step: Step, book: Book, now: datetime) -> Incident:
    # What no card shows needs no new revision: a card is not edited only because somebody has looked at the clock.
    change = moved if step.shown else _as_it_stands
    after = await tx.incidents.save(change(incident, now, waiting=step.waiting))
    if step.shown:
        await tx.outbox.refresh(after.number, after.revision)
    waited = now - (step.waiting.since if step.waiting else now)
    if step.to is not None:
        place = await _chat_of(tx, step.to, book)
        await holding.show(tx, after, [place], now, through=True)
        text = notes.escalated(
            after, step.to, waited, "" if place.active else place.closed or "the bot may not speak there"
        )
        await _step_note(
            tx, after, ESCALATED, f"to {step.to.name or 'somebody on call'}", text, now, to=step.to, place=place
        )
    if step.spent:
        find = places(book)
        known = [found for to in book.fallback if (found := find(to)) is not None and found.active]
        await holding.show(tx, after, known, now, through=True)
        await _step_note(tx, after, SPENT, f"everybody was asked {ROUNDS} times", notes.spent(after, ROUNDS), now)
    return after


def _as_it_stands(incident: Incident, now: datetime, **changes: object) -> Incident:
    return replace(incident, **changes)  # pyright: ignore[reportArgumentType]


async def _step_note(
    tx: Transaction,
    incident: Incident,
    kind: str,
    what: str,
    text: str,
    now: datetime,
    *,
    to: Person | None = None,
    place: Conversation | None = None,
) -> None:
    """A note under its cards, and a line of its timeline."""
    told = Told(card=place is not None, note=True, severity=incident.alert.severity)
    await tx.timeline.add(incident.number, TimelineEntry(at=now, kind=kind, text=what, told=told))
    await holding.say(tx, incident, text, now, through=place.id if place else "", mention=to)


async def _chat_of(tx: Transaction, person: Person, book: Book) -> Conversation:
    """Somebody's own chat, or what stands for it until it is open."""
    known = places(book)(PERSON + person.id)
    if known is not None:
        return known
    tenant = next((each.tenant_id for each in book.conversations.values() if each.tenant_id), "")
    made = outside(PERSON + person.id, tenant)
    if made is None:
        raise AssertionError(person.id)
    await tx.conversations.save(made)
    return made
