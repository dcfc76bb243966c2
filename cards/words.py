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
    Job,
    LastTime,
    Quarantine,
    Snooze,
    SnoozeEnd,
)

DAYS_UNTIL_OFF = 28
"""Entra switches a job off after so many days of quarantine."""

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
    """A span in its two largest units, e.g. `41 s`, `12 min`, `3 h 06 min`, `2 days 4 h`."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if hours == 0:
        return f"{minutes} min"
    if days == 0:
        return f"{hours} h {minutes % 60:02d} min"
    return f"{count(days, 'day')} {hours % 24} h"


def day(at: datetime, now: datetime) -> str:
    """A date, with its year only where that is not this year's."""
    return f"{at.day} {at:%b}" if at.year == now.year else f"{at.day} {at:%b %Y}"


def moment(at: datetime, now: datetime) -> str:
    """A time of today, or a time with its date."""
    clock = f"{at:%H:%M} UTC"
    return clock if at.date() == now.date() else f"{day(at, now)}, {clock}"


def since(at: datetime, now: datetime) -> str:
    return f"{moment(at, now)} ({duration(now - at)} ago)"


def count(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def objects(number: int, examples: Sequence[Failure] = ()) -> str:
    """So many users, groups or, where they are mixed or unknown, objects."""
    kinds = {failure.object_type.lower() for failure in examples}
    kind = kinds.pop() if len(kinds) == 1 else ""
    return count(number, kind if kind in _NOUNS else "object")


def objects_of(number: int, kind: str) -> str:
    """So many of a kind; a kind that is not known is shown as it came."""
    return count(number, kind.lower()) if kind.lower() in _NOUNS else f"{number:,} {kind}"


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


def switched_off_at(quarantine: Quarantine) -> datetime | None:
    """When Entra gives up, counted from the first failure of the series."""
    began = quarantine.series_began or quarantine.current_began
    return began + timedelta(days=DAYS_UNTIL_OFF) if began else None


def quarantine_day(quarantine: Quarantine, now: datetime) -> str:
    """The day of the 28, e.g. `3 of 28`; empty where its beginning is not known."""
    began = quarantine.series_began or quarantine.current_began
    if began is None:
        return ""
    return f"{max(0, (now - began).days) + 1} of {DAYS_UNTIL_OFF} in quarantine"


def quarantine_reason(quarantine: Quarantine) -> str:
    return " · ".join(part for part in (quarantine.reason, quarantine.error_code) if part)


def what_entra_does(quarantine: Quarantine, now: datetime) -> str:
    """What happens when nobody acts: the next attempt, and the day on which the job is switched off."""
    off = switched_off_at(quarantine)
    if off is not None and off <= now:
        return f"The {DAYS_UNTIL_OFF} days ended on {day(off, now)}: Entra switches the job off."
    parts: list[str] = []
    if quarantine.next_attempt is not None and quarantine.next_attempt > now:
        parts.append(f"tries again at {moment(quarantine.next_attempt, now)}, then up to once a day")
    else:
        parts.append("tries again by itself, in the end once a day")
    if off is not None:
        parts.append(f"switches the job off on {day(off, now)} (day {DAYS_UNTIL_OFF})")
    return f"Entra {', and '.join(parts)}."


def what_retries_do(advice: Advice, began: datetime | None = None, now: datetime | None = None) -> str:
    """Whether waiting helps, and when the next try is due; empty where the knowledge base does not say."""
    if not advice.known:
        return ""
    if not advice.auto_retry:
        return "" if advice.self_heals else "Entra does not try this again by itself."
    gaps = f" ({advice.retry_after})" if advice.retry_after else ""
    hope = "that can be enough" if advice.self_heals else "it fails again until somebody acts"
    at = next_try(advice, began, now) if now else None
    soon = f" The next try of what failed first is due about {moment(at, now)}." if at and now else ""
    return f"Entra tries again by itself{gaps}; {hope}.{soon}"


def snoozed_until(snooze: Snooze, now: datetime) -> str:
    """When a snooze ends, e.g. `14:00 UTC, or when the job's next cycle has ended`."""
    at = moment(snooze.until, now)
    return f"{at}, or when {_SNOOZE_ENDS[snooze.ends]}" if snooze.ends else at


def next_try(advice: Advice, began: datetime | None, now: datetime) -> datetime | None:
    """When Entra tries a failed object again; None where only its next cycle is known, or nothing."""
    if not advice.auto_retry or began is None or "24 h" not in advice.retry_after:
        return None
    gaps = [timedelta(hours=6), timedelta(hours=12), *(timedelta(days=each) for each in range(1, DAYS_UNTIL_OFF + 1))]
    return next((began + gap for gap in gaps if began + gap > now), None)


def last_time(past: LastTime, now: datetime) -> str:
    """How it went the time before, e.g. `#31, 18 Oct: it took 2 h, then Ada Admin did this: restart`."""
    on = f" on {past.job_name}" if past.job_name else ""
    took = duration(past.resolved_at - past.opened_at)
    return f"#{past.number}{on}, {day(past.opened_at, now)}: over after {took}, {past.how}"


def place(conversation: Conversation) -> str:
    """The conversation as somebody in it would call it."""
    return {ConversationKind.CHANNEL: "This channel", ConversationKind.GROUP: "This chat"}.get(conversation.kind, "You")
