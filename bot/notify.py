"""Stores what became of an incident together with whom to tell, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from bot import holding
from bot.adapters.store import Transaction
from bot.adapters.store.incidents import likeness
from bot.incidents import Change, Kind, worse
from bot.model import Conversation, Incident, LastTime, TimelineEntry, Told
from bot.routing import Because, Book, hearing
from bot.said import due_note

ACTED = "acted"
UNTOLD = "untold"
NOBODY = "nobody: no route leads anywhere that the bot can reach"
SHOWN_ANEW = (Kind.OPENED, Kind.REOPENED, Kind.RELEASED)


async def tell(tx: Transaction, change: Change, receivers: Iterable[Conversation]) -> Incident:
    """Save the incident, ask for its cards to be posted or brought up to date, and for a note where one is due.

    `receivers` are those in whose conversations the card belongs; they are asked for only where it is shown anew.
    """
    if change.kind is Kind.OPENED:
        past = await _last_time(tx, change.incident)
        change = replace(change, incident=replace(change.incident, last_time=past))
    incident = await tx.incidents.save(change.incident)
    change = replace(change, incident=incident)
    shown, reached = _shown_anew(change), False
    if shown and incident.open:
        reached = await holding.show(tx, incident, receivers, incident.changed_at)
    await tx.outbox.refresh(incident.number, incident.revision)
    text, only = due_note(change), await _only(tx, change)
    if change.kind is not Kind.EDITED:
        step = _told(change, card=shown, note=text != "" and not only)
        await tx.timeline.add(incident.number, step)
    if change.kind in SHOWN_ANEW and shown and not reached:
        await tx.timeline.add(incident.number, TimelineEntry(at=incident.changed_at, kind=UNTOLD, text=NOBODY))
    if text:
        await holding.say(tx, incident, text, incident.changed_at, only=only)
    return incident


def _shown_anew(change: Change) -> bool:
    """Whether somebody may have to be shown it who was not: it is new, is back, or has become worse."""
    if change.incident.held_by:
        return False
    before = change.before.severity if change.before else change.incident.alert.severity
    return change.kind in SHOWN_ANEW or worse(change.incident.alert.severity, before)


async def _only(tx: Transaction, change: Change) -> str:
    """Where alone a note is due: the end of a snooze is its author's affair, who may have a chat with the bot."""
    snooze = change.incident.snooze
    if change.kind is not Kind.WAKES_SOON or snooze is None:
        return ""
    own = await tx.conversations.own(snooze.by.id)
    if own is None:
        return ""
    await holding.show(tx, change.incident, [own], change.incident.changed_at)
    return own.id


async def open_all(
    tx: Transaction, changes: Sequence[Change], whom: Callable[[Incident], Iterable[Conversation]]
) -> list[Incident]:
    """The same as `tell` for incidents that are new, all at once; `whom` says who hears of one."""
    if not changes:
        return []
    known = await tx.openings.known_before(change.incident.alert for change in changes)
    new = [
        replace(each, last_time=await _last_time(tx, each)) if likeness(each.alert) in known else each
        for each in (change.incident for change in changes)
    ]
    opened = [
        replace(change, incident=incident)
        for change, incident in zip(changes, await tx.openings.save(new), strict=True)
    ]
    now = opened[0].incident.changed_at
    shown = [each.incident for each in opened if _shown_anew(each)]
    reached = await holding.show_new(tx, ((each, whom(each)) for each in shown), now)
    unheard = [each for each in shown if each.number not in reached]
    await tx.timeline.add_all(
        [
            *((each.incident.number, _told(each, card=_shown_anew(each), note=False)) for each in opened),
            *((each.number, TimelineEntry(at=each.changed_at, kind=UNTOLD, text=NOBODY)) for each in unheard),
        ]
    )
    return [each.incident for each in opened]


def _told(change: Change, *, card: bool, note: bool) -> TimelineEntry:
    """The step that a change is, with what was made heard of it."""
    return replace(_step(change), told=Told(card=card, note=note, severity=change.incident.alert.severity))


async def edit(tx: Transaction, incidents: Sequence[Incident]) -> None:
    """Save incidents of which only the cards change, all at once: in a storm that is every one of them, at every look."""
    await tx.incidents.save_known(incidents)
    await tx.outbox.refresh_all({incident.number: incident.revision for incident in incidents})


async def show_open(
    tx: Transaction, places: Iterable[Conversation], book: Book, now: datetime, *, but: Collection[str] = ()
) -> None:
    """Bring the cards of open incidents to conversations that hear of them from now on.

    What no route matches comes only where it stood nowhere yet, `but` in conversations that nobody speaks to any more.
    """
    incidents = [each for each in await tx.incidents.open() if not each.held_by]
    wanted, standing = {each.id for each in places}, await tx.outbox.standing(but)
    for incident in incidents if wanted else ():
        untold = incident.number not in standing
        here = (each for each in hearing(incident, book) if each.conversation.id in wanted)
        heard = [each.conversation for each in here if untold or each.because is Because.ROUTE]
        await holding.show(tx, incident, heard, now)


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
