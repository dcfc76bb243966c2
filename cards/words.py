"""Times, durations, counts and Microsoft's words as a tired person reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model import (
    Advice,
    Conversation,
    ConversationKind,
    Failing,
    Failure,
    Incident,
    Job,
    LastTime,
    Snooze,
    SnoozeEnd,
)

JUST_NOW = timedelta(seconds=10)

_STATUS = {
    "notconfigured": "Not configured",
    "notrun": "Has not run yet",
    "active": "Active",
    "paused": "Paused",
    "quarantine": "In quarantine",
}
_ACTORS = {
    "admin": "an administrator",
    "vendor": "the app's vendor",
    "app vendor": "the app's vendor",
    "microsoft": "Microsoft",
    "nobody": "nobody, it heals by itself",
}
_SNOOZE_ENDS = {
    SnoozeEnd.CYCLE: "the job's next cycle has ended",
    SnoozeEnd.WORSE: "more objects fail",
    SnoozeEnd.RESOLVED: "it is resolved",
}
_NOUNS = {"user", "group", "contact", "device"}


def duration(span: timedelta) -> str:
    """A span in its two largest units, e.g. `41 s`, `12 min`, `3 h 06 min`, `2 days 4 h`, `7 days`."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if hours == 0:
        return f"{minutes} min"
    if days == 0:
        return f"{hours} h {minutes % 60:02d} min" if minutes % 60 else f"{hours} h"
    return f"{count(days, 'day')} {hours % 24} h" if hours % 24 else count(days, "day")


def left(span: timedelta) -> str:
    """What is left of a span, rounded up, so that an hour that has just begun is still `1 h`."""
    unit = timedelta(seconds=1) if span <= timedelta(minutes=1) else timedelta(minutes=1)
    return duration(-(-span // unit) * unit)


def day(at: datetime, now: datetime) -> str:
    """A date, with its year only where that is not this year's."""
    return f"{at.day} {at:%b}" if at.year == now.year else f"{at.day} {at:%b %Y}"


def moment(at: datetime, now: datetime) -> str:
    """A time of today, or a time with its date."""
    clock = f"{at:%H:%M} UTC"
    return clock if at.date() == now.date() else f"{day(at, now)}, {clock}"


def ago(span: timedelta) -> str:
    return "just now" if span < JUST_NOW else f"{duration(span)} ago"


def lasting(span: timedelta) -> str:
    """How long something has been so."""
    return "since just now" if span < JUST_NOW else f"for {duration(span)}"


def lasted(incident: Incident, now: datetime) -> str:
    """How long the trouble lasted; it may have begun before the bot saw it."""
    began = min(incident.opened_at, incident.evidence.first_seen or incident.opened_at)
    return duration((incident.resolved_at or now) - began)


def since(at: datetime, now: datetime) -> str:
    return f"{moment(at, now)} ({ago(now - at)})"


def coming(at: datetime, now: datetime) -> str:
    """When something is next, e.g. `in 12 s, at 14:00:12 UTC` or `in 4 min, at 14:04 UTC`."""
    left = max(at - now, timedelta(seconds=1))
    clock = f"{at:%H:%M:%S} UTC" if left < timedelta(minutes=1) else moment(at, now)
    return f"in {duration(left)}, at {clock}"


def count(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def either(values: Sequence[str], most: int = 4) -> str:
    """Some of several, e.g. `Ada, Bob or Carol`; of many the first few and how many more."""
    if len(values) > most:
        return f"{', '.join(values[:most])} or {len(values) - most:,} more"
    return " or ".join(part for part in (", ".join(values[:-1]), *values[-1:]) if part)


def capital(said: str) -> str:
    """The beginning of a sentence."""
    return said[:1].upper() + said[1:]


def beyond(page: int, pages: int) -> str:
    """Said where a page was asked for that is not there: the last is shown."""
    if page <= pages:
        return ""
    return "There is only 1 page. " if pages == 1 else f"There are only {pages} pages. "


def objects(number: int, examples: Sequence[Failure] = ()) -> str:
    """So many users, groups or, where they are mixed or unknown, objects."""
    kinds = {failure.object_type.lower() for failure in examples}
    kind = kinds.pop() if len(kinds) == 1 else ""
    return count(number, kind if kind in _NOUNS else "object")


def objects_of(number: int, kind: str) -> str:
    """So many of a kind, which Graph calls `User` or `user to User`; one that is not known is shown as it came."""
    noun = kind.lower().partition(" to ")[0]
    return count(number, noun) if noun in _NOUNS else f"{number:,} {kind}"


def named(failure: Failure) -> str:
    return failure.object_name or failure.object_id


def first_objects(number: int, examples: Sequence[Failure], shown: int = 3) -> str:
    """How many and which first, e.g. `40 users: Ada, Bob, Carol and 37 more`."""
    names = [named(failure)[:60] for failure in examples[:shown]]
    if not names:
        return objects(number, examples)
    more = f" and {number - len(names):,} more" if number > len(names) else ""
    return f"{objects(number, examples)}: {', '.join(names)}{more}"


def code(failing: Failing) -> str:
    return " · ".join(part for part in (failing.cause.code, failing.cause.attribute) if part)


def status(job: Job) -> str:
    """The job's status in words; a word that is not known is shown as it came."""
    if job.schedule_state.lower() == "disabled":
        return "Switched off"
    if job.status.lower() == "paused" and job.escrows_pruned:
        return "Paused by Entra after too many errors"
    return _STATUS.get(job.status.lower(), job.status or "Unknown")


def actor(advice: Advice) -> str:
    return _ACTORS.get(advice.actor.lower(), advice.actor)


def snoozed_until(snooze: Snooze, now: datetime) -> str:
    """When a snooze ends, e.g. `14:00 UTC, or when the job's next cycle has ended`."""
    return f"{moment(snooze.until, now)}{or_sooner(snooze)}"


def or_sooner(snooze: Snooze) -> str:
    """What ends a snooze before its time is up, if anything does."""
    return f", or when {_SNOOZE_ENDS[snooze.ends]}" if snooze.ends else ""


def last_time(past: LastTime, now: datetime) -> str:
    """How it went the time before, e.g. `#31, 18 Oct: it took 2 h, then Ada Admin did this: restart`."""
    on = f" on {past.job_name}" if past.job_name else ""
    took = duration(past.resolved_at - past.opened_at)
    return f"#{past.number}{on}, {day(past.opened_at, now)}: over after {took}, {past.how}"


def place(conversation: Conversation) -> str:
    """The conversation as somebody in it would call it."""
    return {ConversationKind.CHANNEL: "This channel", ConversationKind.GROUP: "This chat"}.get(conversation.kind, "You")
