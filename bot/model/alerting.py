"""Alerting's words, as in Alertmanager: alerts, incidents, and what happens to them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from bot.model.base import Value
from bot.model.entra import Quarantine
from bot.model.people import Person
from bot.model.seen import Cause, Failure


class Severity(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Alert(Value, frozen=True, kw_only=True):
    """What a rule sees now. Only what is worth telling again: an alert that stays equal is silent.

    `key` tells apart alerts of one rule on one job; `cause` ties the alert to the open failures it speaks of.
    """

    title: str
    detail: str
    severity: Severity
    key: str = ""
    cause: Cause | None = None
    rule: str = ""
    job_id: str = ""
    job_name: str = ""

    @property
    def fingerprint(self) -> str:
        return f"{self.rule}/{self.job_id}/{self.key}"


class Earlier(Value, frozen=True, kw_only=True):
    """A change of the job shortly before its trouble began: who did what."""

    at: datetime
    who: str
    what: str


class Sheet(Value, frozen=True, kw_only=True):
    """Rows of a log as a card shows them: the first few, and how many `more` there are.

    `home` is the store that was asked, "" where the rows came by themselves; `do` is what the rule's author advises.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: int = 0
    home: str = ""
    do: str = ""


class Chart(Value, frozen=True, kw_only=True):
    """Numbers to be drawn: `kind` is lines, bars, ranking or shares; a series is its name and its points.

    `places` says where points stand whose names are times of day, in the unit that `scale` names.
    """

    kind: str
    series: tuple[tuple[str, tuple[tuple[str, float], ...]], ...]
    across: str = ""
    up: str = ""
    places: tuple[tuple[str, float], ...] = ()
    scale: str = ""


class Evidence(Value, frozen=True, kw_only=True):
    """The moving part behind an alert: it edits a card but is never worth a new notification by itself.

    `held` names what this alert holds back: its consequences, which get no card of their own while it lasts. `pages`
    are addresses with what their buttons say; `sheet` are rows of a log.
    """

    count: int = 0
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    examples: tuple[Failure, ...] = ()
    quarantine: Quarantine | None = None
    held: tuple[str, ...] = ()
    earlier: Earlier | None = None
    facts: tuple[tuple[str, str], ...] = ()
    pages: tuple[tuple[str, str], ...] = ()
    sheet: Sheet | None = None


class Finding(Value, frozen=True, kw_only=True):
    """An alert with its evidence, as `detect` hands it to `incidents.advance`.

    `held_by` is the fingerprint of the alert that explains this one, "" where it stands for itself. `keeps` is a severity
    that an incident keeps if it has it already: near an edge it would come and go, and be told each time.
    """

    alert: Alert
    evidence: Evidence
    held_by: str = ""
    keeps: Severity | None = None


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
    """Somebody on call who was asked to take an incident, and when."""

    person: Person
    at: datetime


class Waiting(Value, frozen=True, kw_only=True):
    """That nobody has taken an incident: since when, when that was said again last, and whom on call it goes to.

    `next` is asked at `next_at`, after those in `asked`. `spent`: all were asked as often as it is of use, in vain.
    """

    since: datetime
    reminded: datetime | None = None
    asked: tuple[Asked, ...] = ()
    next: Person | None = None
    next_at: datetime | None = None
    spent: bool = False


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
