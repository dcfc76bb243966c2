"""What becomes of incidents that nobody takes: the people on call are asked, and it is said again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot import escalation, holding, reminders
from bot.adapters.store import Transaction
from bot.escalation import Step
from bot.incidents import FLAPS, moved, returns
from bot.model import PERSON, Conversation, Incident, Person, TimelineEntry, Told, Value
from bot.model.held import Duty
from bot.routes import outside
from bot.routing import Book, places
from cards import notes
from cards.asked import in_vain, unreached

ESCALATED, UNREACHED, SPENT, REMINDED = "escalated", "not reached", "escalation ended", "reminded"
Schedule = Sequence[timedelta]


class Due(Value, frozen=True, kw_only=True):
    """An incident of which time made something; `refused` is why who was asked last to take it could not be reached."""

    incident: Incident
    refused: str = ""


class Means(Value, frozen=True, kw_only=True):
    """Whom to ask and to tell, and how often: who is on call, why some of them cannot be reached, by object id in small
    letters, when it is said again, and where the bot may speak.
    """

    duty: Duty | None
    shut: Mapping[str, str]
    schedule: tuple[timedelta, ...]
    book: Book


async def due(tx: Transaction, duty: Duty | None, schedule: Schedule, now: datetime) -> list[Due]:
    """All of them, as things stand."""
    opened = await tx.incidents.open()
    asked = {each.number: one for each in opened if (one := escalation.awaited(each)) is not None}
    refused = await tx.reaching.refused(asked)
    found = [Due(incident=each, refused=refused.get(each.number, "")) for each in opened]
    return [each for each in found if _anything_due(each, duty, schedule, now)]


def _anything_due(each: Due, duty: Duty | None, schedule: Schedule, now: datetime) -> bool:
    step = escalation.due(each.incident, duty, now, refused=each.refused)
    return step is not None or _reminder(each.incident, schedule, now) is not None


async def see_to(tx: Transaction, found: Due, means: Means, now: datetime) -> bool:
    """All that is due for one incident; whether there is anything to deliver."""
    incident = found.incident
    step = escalation.due(incident, means.duty, now, refused=found.refused, shut=means.shut)
    if step is not None:
        incident = await _stepped(tx, incident, step, means.book, now)
    at = _reminder(incident, means.schedule, now)
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
    await _missed(tx, after, step, book, now)
    if step.to is not None:
        place = await _chat_of(tx, step.to, book)
        await holding.show(tx, after, [place], now, through=True)
        text = notes.escalated(after, step.to, waited, step.missed)
        # Whether they can be reached is not known yet, and the timeline keeps what it says.
        what = f"it is the turn of {step.to.name or 'somebody on call'}"
        await _step_note(tx, after, ESCALATED, what, text, now, to=step.to, place=place)
    if step.spent and step.waiting is not None:
        find = places(book)
        known = [found for to in book.fallback if (found := find(to)) is not None and found.active]
        await holding.show(tx, after, known, now, through=True)
        await _step_note(tx, after, SPENT, in_vain(step.waiting), notes.spent(after, step.waiting), now)
    return after


async def _missed(tx: Transaction, incident: Incident, step: Step, book: Book, now: datetime) -> None:
    """The timeline keeps who could not be reached; their card waits until they can be."""
    for each in step.missed:
        await holding.show(tx, incident, [await _chat_of(tx, each.person, book)], now, through=True)
        told = Told(severity=incident.alert.severity)
        await tx.timeline.add(incident.number, TimelineEntry(at=now, kind=UNREACHED, text=unreached([each]), told=told))


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
    """Somebody's own chat, or what stands for it until it is open; it is called by the name that they are known by."""
    known = places(book)(PERSON + person.id)
    if known is not None:
        return known if known.name or not person.name else await _named(tx, known, person.name)
    tenant = next((each.tenant_id for each in book.conversations.values() if each.tenant_id), "")
    made = outside(PERSON + person.id, tenant)
    if made is None:
        raise AssertionError(person.id)
    made = replace(made, name=person.name)
    await tx.conversations.save(made)
    return made


async def _named(tx: Transaction, chat: Conversation, name: str) -> Conversation:
    # It may have been opened or shut since the book was.
    now = await tx.conversations.get(chat.id)
    if now is None:
        return chat
    named = replace(now, name=now.name or name)
    await tx.conversations.save(named)
    return named
