"""Incidents: alerts over time, and all that happens to them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from bot.model.alerting import Alert, Evidence, Severity
from bot.model.base import Value
from bot.model.people import Person


class State(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class SnoozeEnd(StrEnum):
    """What ends a snooze before its time is up."""

    CYCLE = "cycle"
    WORSE = "worse"
    RESOLVED = "resolved"


class Snooze(Value, frozen=True, kw_only=True):
    """Silence about one incident: until a time at the latest, sooner when its condition is met.

    `count` and `cycle` are what the condition is compared with: as many objects failed, and this cycle was the last.
    """

    by: Person
    reason: str
    began: datetime
    until: datetime
    ends: SnoozeEnd | None = None
    conversation_id: str = ""
    count: int = 0
    cycle: str = ""
    told: bool = False


class Asked(Value, frozen=True, kw_only=True):
    """Somebody on call whose turn it was to take an incident, and when; `missed` is why they could not be reached."""

    person: Person
    at: datetime
    missed: str = ""


class Waiting(Value, frozen=True, kw_only=True):
    """That nobody has taken an incident: since when, when that was said again last, and whom on call it goes to.

    `next` is asked at `next_at`, after those in `asked`. `spent`: all were asked as often as it is of use, in vain, or
    nobody could be reached.
    """

    since: datetime
    reminded: datetime | None = None
    asked: tuple[Asked, ...] = ()
    next: Person | None = None
    next_at: datetime | None = None
    spent: bool = False

    @property
    def reached(self) -> tuple[Asked, ...]:
        """Those turns in which somebody was asked indeed, or is just being asked."""
        return tuple(each for each in self.asked if not each.missed)

    @property
    def unreached(self) -> tuple[Asked, ...]:
        """The latest turn of each who could not be reached in it."""
        latest = {each.person.id.lower(): each for each in self.asked}
        return tuple(each for each in latest.values() if each.missed)


class LastTime(Value, frozen=True, kw_only=True):
    """How the same trouble went the time before: which incident, on which job if on another, and what ended it."""

    number: int
    opened_at: datetime
    resolved_at: datetime
    job_name: str = ""
    how: str = ""


class Told(Value, frozen=True, kw_only=True):
    """What a step made the incident's receivers hear, and how bad it was then: a card anew, a note under the card."""

    card: bool = False
    note: bool = False
    severity: Severity | None = None


class TimelineEntry(Value, frozen=True, kw_only=True):
    """One thing that happened to an incident; `by` is empty where the bot saw it by itself.

    `told` is None for steps that are older than the keeping of it.
    """

    at: datetime
    kind: str
    by: str = ""
    text: str = ""
    told: Told | None = Told()


class Incident(Value, frozen=True, kw_only=True):
    """An alert over time, numbered for people. `revision` grows with every change that a card shows.

    `reopenings` are the latest times at which it came back; `held_by` is the fingerprint of the alert that explains it.
    `peak` is the highest count that its evidence had; `ended` says how it came to be over, where not by its own data.
    """

    number: int
    alert: Alert
    evidence: Evidence
    state: State = State.OPEN
    opened_at: datetime
    changed_at: datetime
    resolved_at: datetime | None = None
    ended: str = ""
    peak: int = 0
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    assigned_to: Person | None = None
    assigned_by: str = ""
    snooze: Snooze | None = None
    held_by: str = ""
    reopened: int = 0
    reopenings: tuple[datetime, ...] = ()
    last_time: LastTime | None = None
    waiting: Waiting | None = None
    revision: int = 1

    @property
    def open(self) -> bool:
        return self.state is not State.RESOLVED

    @property
    def unattended(self) -> bool:
        """Whether it is somebody's turn: nobody has taken it, and nobody has said that it may wait."""
        taken = self.state is not State.OPEN or self.assigned_to is not None
        return not (taken or self.held_by or self.snooze is not None)
