"""What rules look at: a window of each job with the memories of it, and the tenant as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.model.azure import AzureSeries
from bot.model.base import Value
from bot.model.entra import AuditEvent, Credential, CredentialCheck, Job, Quarantine, Schema, ScopedGroup
from bot.model.hybrid import DirectorySync
from bot.model.seen import Arrival, Failing, Hour, Owed, Usual


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


class DirectoryState(Value, frozen=True, kw_only=True):
    """What was last read of the directory: by job its saved credentials, the groups in its scope and its schema.

    `credentials` and `sync` are None before the first look, `roles` (ids of who holds a directory role) where they may
    not be known.
    """

    credentials: tuple[Credential, ...] | None = None
    checks: Mapping[str, CredentialCheck] = {}
    groups: Mapping[str, tuple[ScopedGroup, ...]] = {}
    schemas: Mapping[str, Schema] = {}
    roles: frozenset[str] | None = None
    sync: DirectorySync | None = None


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
