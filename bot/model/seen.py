"""What the bot makes of the logs: causes, failures, counts, memories, and the windows that rules look at."""

from __future__ import annotations

from datetime import datetime

from bot.model.azure import AzureSeries
from bot.model.base import Value
from bot.model.entra import (
    AuditEvent,
    Credential,
    CredentialCheck,
    Job,
    ProvisioningEvent,
    Quarantine,
    Schema,
    ScopedGroup,
)
from bot.model.hybrid import DirectorySync


class Cause(Value, frozen=True, kw_only=True):
    """What failures have in common: the error code without its connector prefix, and the attribute in conflict."""

    code: str
    attribute: str = ""

    @property
    def key(self) -> str:
        return f"{self.code}/{self.attribute}".rstrip("/").lower()


class Advice(Value, frozen=True, kw_only=True):
    """What the knowledge base says of a cause. `actor` is admin, vendor, microsoft or nobody, as in errors.json.

    `short` is the meaning in a few words, for a title; "" where there are none.
    """

    code: str
    meaning: str
    short: str = ""
    action: str = ""
    actor: str = ""
    auto_retry: bool = False
    retry_after: str = ""
    self_heals: bool = False
    known: bool = True


class Failure(Value, frozen=True, kw_only=True):
    """One object that a job fails on: open until `cleared_at`."""

    job_id: str
    object_id: str
    object_type: str
    object_name: str
    target_id: str = ""
    cause: Cause
    error_code: str
    reason: str
    value: str = ""
    step: str = ""
    first_seen: datetime
    last_seen: datetime
    count: int = 1
    change_id: str = ""
    app_name: str = ""
    cleared_at: datetime | None = None


class Failing(Value, frozen=True, kw_only=True):
    """All objects of one job that fail for one cause; `examples` are the first few of `count`.

    `in_roles` of them are people who hold a directory role, as far as the bot may know that.
    `healed` of them do not fail any more, the last of those since `healed_at`; it is unknown where only the log tells.
    """

    job_id: str
    cause: Cause
    count: int
    first_seen: datetime
    last_seen: datetime
    examples: tuple[Failure, ...] = ()
    healed: int = 0
    healed_at: datetime | None = None
    in_roles: int = 0

    @property
    def still(self) -> int:
        """How many fail now."""
        return self.count - self.healed


class Step(Value, frozen=True, kw_only=True):
    """One step of what a job did with an object: Graph's type and status, and its sentence."""

    kind: str
    status: str
    text: str = ""


class Happening(Value, frozen=True, kw_only=True):
    """One thing that a job did with an object, with its steps and the attributes that it changed."""

    event: ProvisioningEvent
    steps: tuple[Step, ...] = ()
    changed: tuple[str, ...] = ()


class Subject(Value, frozen=True, kw_only=True):
    """Somebody or something that the log speaks of; `ids` are what the systems call them, the newest first."""

    ids: tuple[str, ...]
    name: str = ""
    kind: str = ""
    address: str = ""
    rows: int = 0
    last_seen: datetime | None = None


class Hour(Value, frozen=True, kw_only=True):
    """How many rows a job had in one hour (named by its beginning), of one action and one status.

    `cause` is the key of what failed rows have in common; "" for all others.
    """

    job_id: str
    hour: datetime
    action: str
    status: str
    count: int
    cause: str = ""


class Usual(Value, frozen=True, kw_only=True):
    """What a job does on other days: counts for each earlier day, the latest first, which ended a day ago.

    `days` is how many of them the bot knows; `failed` has failed rows by cause, `removed` deletes and disables.
    """

    job_id: str
    days: int = 0
    failed: tuple[tuple[str, tuple[int, ...]], ...] = ()
    removed: tuple[int, ...] = ()


class Arrival(Value, frozen=True, kw_only=True):
    """The time of the newest row of a job that a source has shown."""

    source: str
    job_id: str
    newest: datetime


class Owed(Value, frozen=True, kw_only=True):
    """A cycle of a job exported something, and no row of it or of a later one has come; `at` is when it began."""

    job_id: str
    at: datetime


class Memory(Value, frozen=True, kw_only=True):
    """What the bot remembers of a job beyond its present state, from one look at the jobs to the next.

    `cycles` are the beginnings of the newest cycles that were seen, oldest first: the job's own cadence; `escrows` how
    many objects each of them left to be tried again. `quarantine` stays until a cycle has succeeded after it.
    `status_since` is None for a status that the job had when it was seen first. `gone_since` is the first look that did
    not find the job any more, `deleted` that Graph has said since that there is no such job; `new` says that it came after
    the others were known; `stopped_by` who paused or deleted it.
    """

    job_id: str
    first_seen: datetime
    last_seen: datetime
    name: str = ""
    service_principal: str = ""
    new: bool = False
    cycles: tuple[datetime, ...] = ()
    escrows: tuple[tuple[datetime, int], ...] = ()
    status: str = ""
    status_since: datetime | None = None
    quarantine: Quarantine | None = None
    stopped_by: str = ""
    gone_since: datetime | None = None
    deleted: bool = False


class Window(Value, frozen=True, kw_only=True):
    """All that a rule may look at about one job.

    `failures` are its open failures by cause, `warnings` what was lost though nothing failed; `hours` are the failed and
    removing rows of the last day, summed, and `usual` its earlier days where that sum is large; `audits` the directory's audit
    rows about its service principal of the last day, oldest first; `memory` is None before the first look at it.
    """

    job: Job
    failures: tuple[Failing, ...]
    now: datetime
    warnings: tuple[Failing, ...] = ()
    hours: tuple[Hour, ...] = ()
    usual: Usual | None = None
    audits: tuple[AuditEvent, ...] = ()
    memory: Memory | None = None
    credentials: CredentialCheck | None = None


class SourceState(Value, frozen=True, kw_only=True):
    """Whether a source answers: since when it fails and its sentence, or how late its newest rows came."""

    name: str
    failing_since: datetime | None = None
    sentence: str = ""
    lag: float | None = None
    answered_at: datetime | None = None


class RuleState(Value, frozen=True, kw_only=True):
    """A rule in KQL that does not work as its file stands: why, and since when; `in_force` says that an earlier one does."""

    name: str
    sentence: str
    since: datetime
    in_force: bool = False


class Gap(Value, frozen=True, kw_only=True):
    """A home of the logs that has fewer rows of a table than the other, over the same hours."""

    home: str
    other: str
    table: str
    rows: int
    others: int


class Tenant(Value, frozen=True, kw_only=True):
    """All that a rule may look at about the tenant as a whole; `credentials` is None while they are not known."""

    now: datetime
    jobs: tuple[Job, ...] = ()
    memories: tuple[Memory, ...] = ()
    credentials: tuple[Credential, ...] | None = None
    arrivals: tuple[Arrival, ...] = ()
    owed: tuple[Owed, ...] = ()
    sources: tuple[SourceState, ...] = ()
    audits: tuple[AuditEvent, ...] = ()
    scopes: tuple[tuple[str, tuple[ScopedGroup, ...]], ...] = ()
    schemas: tuple[Schema, ...] = ()
    alerts: tuple[AzureSeries, ...] = ()
    sync: DirectorySync | None = None
    broken_rules: tuple[RuleState, ...] = ()
    gaps: tuple[Gap, ...] | None = None
