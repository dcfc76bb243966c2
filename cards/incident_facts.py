"""What is known of an incident, as names and values; its card stays for days, so nothing here may age."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.model import Incident, Person
from cards import asked, outlook, over, words
from cards.times import Said

SPELT = 3
"""Askings that need no number."""


def of(incident: Incident, now: datetime) -> Iterator[tuple[str, Said]]:
    """All of them in the order in which they are read."""
    yield from _trouble(incident)
    yield from over.facts(incident)
    yield from _cause(incident, now)
    yield from _life(incident, now)


def _trouble(incident: Incident) -> Iterator[tuple[str, Said]]:
    evidence, alert = incident.evidence, incident.alert
    yield over.hit(incident)
    yield "Since" if incident.open else "Began", evidence.first_seen or incident.opened_at
    if evidence.last_seen and incident.open:
        yield "Latest", evidence.last_seen
    if incident.resolved_at is not None:
        yield "Ended", incident.resolved_at
    if (earlier := evidence.earlier) is not None:
        before = words.duration((evidence.first_seen or incident.opened_at) - earlier.at)
        yield "Just before", f"{earlier.who} {earlier.what}, {before} earlier"
    if alert.job_name not in alert.title:
        yield "Job", alert.job_name


def _cause(incident: Incident, now: datetime) -> Iterator[tuple[str, Said]]:
    quarantine, cause = incident.evidence.quarantine, incident.alert.cause
    if quarantine is not None:
        if incident.open and quarantine.switched_off:
            yield "Switched off", f"by Entra, after {outlook.DAYS_UNTIL_OFF} days of quarantine"
        elif incident.open and (off := outlook.switched_off_at(quarantine)) is not None and off > now:
            yield "Switches off", (off, f", after {outlook.DAYS_UNTIL_OFF} days of quarantine")
        yield "Cause", outlook.quarantine_reason(quarantine)
    elif cause is not None:
        yield "Cause", " · ".join(part for part in (cause.code, cause.attribute) if part)


def _life(incident: Incident, now: datetime) -> Iterator[tuple[str, Said]]:
    if incident.acknowledged_at is not None:
        yield "Taken", incident.acknowledged_at
    if incident.open and (snooze := incident.snooze) is not None:
        by = snooze.by.name or snooze.by.id
        yield "Snoozed", (f"by {by} until ", snooze.until, f"{words.or_sooner(snooze)}: {snooze.reason}")
    yield from _escalation(incident)
    if incident.evidence.held:
        yield "Also, held back", "; ".join(incident.evidence.held)
    if incident.open and incident.held_by:
        yield "Held back", "explained by another incident, which is shown in its place"
    if incident.last_time is not None:
        yield "Last time", words.last_time(incident.last_time, now)


def _escalation(incident: Incident) -> Iterator[tuple[str, Said]]:
    """Who on call was asked, and who is next; nothing once somebody has taken it."""
    waiting = incident.waiting
    if waiting is None or not incident.unattended:
        return
    if waiting.reached:
        last, calls = waiting.reached[-1], len(waiting.reached)
        times = f", {calls} calls so far" if calls > SPELT else ""
        yield "Escalated", (f"to {_who(last.person)} at ", last.at, times)
    if waiting.unreached:
        yield "Not reached", asked.unreached(waiting.unreached)
    if waiting.spent:
        yield "On call", f"{asked.in_vain(waiting)}, and nobody has taken it"
    elif waiting.next is not None and waiting.next_at is not None:
        yield "Escalates", (f"to {_who(waiting.next)} at ", waiting.next_at)


def _who(person: Person) -> str:
    return person.name or "somebody on call"
