"""Silence about one incident: how long it may last, what ends it, and that its author hears before it ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.incidents import Change, Kind, moved
from bot.model import Incident, Job, Person, Severity, Snooze, SnoozeEnd

LONGEST: Mapping[Severity, timedelta] = {
    Severity.CRITICAL: timedelta(hours=4),
    Severity.HIGH: timedelta(hours=24),
    Severity.MEDIUM: timedelta(days=7),
    Severity.LOW: timedelta(days=30),
}
WARN_BEFORE = timedelta(minutes=15)


def snooze(incident: Incident, wanted: Snooze, job: Job | None, now: datetime) -> Change:
    """Be silent about an incident; the caller has checked the length."""
    cycle = job.last.activity_id if job and job.last else ""
    kept = replace(wanted, count=incident.evidence.count, cycle=cycle)
    return Change(kind=Kind.SNOOZED, incident=moved(incident, now, snooze=kept), by=wanted.by.name or wanted.by.id)


def wake(incident: Incident, now: datetime, why: str, by: Person | None = None) -> Change:
    """Be silent no more."""
    who = (by.name or by.id) if by else ""
    return Change(kind=Kind.WOKEN, incident=moved(incident, now, snooze=None), why=why, by=who)


def wake_those_due(incidents: Iterable[Incident], jobs: Mapping[str, Job], now: datetime) -> Iterator[Change]:
    """End the snoozes whose time has come or whose condition is met, and announce those that end soon."""
    for incident in incidents:
        if incident.snooze is None or not incident.open:
            continue
        if why := _over(incident, incident.snooze, jobs.get(incident.alert.job_id), now):
            yield wake(incident, now, why)
        elif not incident.snooze.told and incident.snooze.until - now <= _warning(incident.snooze):
            told = replace(incident.snooze, told=True)
            yield Change(kind=Kind.WAKES_SOON, incident=moved(incident, now, snooze=told))


def _warning(snoozed: Snooze) -> timedelta:
    # A short snooze is announced later, or the warning would come at once.
    return min(WARN_BEFORE, (snoozed.until - snoozed.began) / 4)


def _over(incident: Incident, snoozed: Snooze, job: Job | None, now: datetime) -> str:
    if now >= snoozed.until:
        return "its time is up"
    if snoozed.ends is SnoozeEnd.WORSE and incident.evidence.count > snoozed.count:
        return "more objects fail"
    if (
        snoozed.ends is SnoozeEnd.CYCLE
        and job
        and job.last
        and job.last.ended
        and job.last.activity_id != snoozed.cycle
    ):
        return "the job's next cycle has ended"
    return ""
