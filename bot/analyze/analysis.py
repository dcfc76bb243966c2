"""What an analysis says, ready to be printed, drawn or given to a machine: `--json` is these fields in camelCase."""

from __future__ import annotations

from datetime import datetime

from bot.model import Value


class Told(Value, frozen=True, kw_only=True, rename="camel"):
    """Base of what is told."""


class Counts(Told, frozen=True, kw_only=True):
    """Rows by how they ended; `other` are those of a status that nobody has heard of."""

    success: int = 0
    failure: int = 0
    skipped: int = 0
    warning: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        return self.success + self.failure + self.skipped + self.warning + self.other


class FileRead(Told, frozen=True, kw_only=True):
    """A file, or three that belong together, and the rows that were read from it."""

    name: str
    format: str
    bytes: int
    rows: int


class JobSeen(Told, frozen=True, kw_only=True):
    """One job: `rows` by how they ended, `actions` by what was done, and how many objects fail at the end."""

    id: str
    name: str
    kind: str
    rows: Counts
    actions: dict[str, int]
    failing: int
    first: datetime
    last: datetime


class CauseSeen(Told, frozen=True, kw_only=True):
    """What objects of one job failed for: `failed` at any time, `failing` still at the end; and what to do.

    `actor` is who must act: admin, vendor, microsoft or nobody; `reason` is Microsoft's text of one of the rows.
    """

    job_id: str
    job: str
    code: str
    attribute: str
    failed: int
    failing: int
    first_seen: datetime
    last_seen: datetime
    meaning: str
    remedy: str
    actor: str
    retried_by_microsoft: bool
    known: bool
    reason: str
    examples: tuple[str, ...]


class ObjectSeen(Told, frozen=True, kw_only=True):
    """One object that fails at the end of the log."""

    job_id: str
    job: str
    id: str
    type: str
    name: str
    code: str
    attribute: str
    value: str
    step: str
    reason: str
    tries: int
    first_seen: datetime
    last_seen: datetime
    change_id: str


class IncidentSeen(Told, frozen=True, kw_only=True):
    """What the watch would have open at the end of the log; `held_by` names the incident that explains this one."""

    rule: str
    severity: str
    title: str
    detail: str
    job_id: str
    job: str
    key: str
    objects: int
    since: datetime | None
    held_by: str


class Moment(Told, frozen=True, kw_only=True):
    """Rows of one stretch of time, which begins at `at`."""

    at: datetime
    rows: Counts


class Analysis(Told, frozen=True, kw_only=True):
    """Everything. `as_of` is the time of the newest row, at which rules were asked; `hours` is a stretch of the timeline.

    `actions` counts rows by action; `change_ids` lists theirs, all for machines. `warnings` are sentences about what the downloads lack; `objects` is cut at a limit, `failing` counts all.
    """

    files: tuple[FileRead, ...]
    rows: Counts
    broken: int
    broken_rows: tuple[str, ...]
    warnings: tuple[str, ...]
    first: datetime | None
    as_of: datetime | None
    failing: int
    jobs: tuple[JobSeen, ...]
    causes: tuple[CauseSeen, ...]
    objects: tuple[ObjectSeen, ...]
    incidents: tuple[IncidentSeen, ...]
    hours: int
    timeline: tuple[Moment, ...]
    job_ids: tuple[str, ...]
    actions: dict[str, int]
    change_ids: dict[str, list[str]]
