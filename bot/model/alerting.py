"""Alerting's words, as in Alertmanager: what rules see now, and what it rests on."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from bot.model.base import Value
from bot.model.entra import Quarantine
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
