"""The words of the product: jobs, rows of the log, failures, causes, alerts and incidents as frozen data."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all domain data: immutable, compared by value. Every datetime is aware and in UTC."""


# --- Microsoft's words -------------------------------------------------------------------------------------------------


class Quarantine(Value, frozen=True, kw_only=True):
    """Why and since when a job is in quarantine. Texts are Graph's, kept as they came."""

    reason: str
    error_code: str = ""
    error_message: str = ""
    current_began: datetime | None = None
    series_began: datetime | None = None
    series_count: int = 0
    next_attempt: datetime | None = None


class Execution(Value, frozen=True, kw_only=True):
    """One cycle of a job as `synchronizationTaskExecution` tells it."""

    activity_id: str = ""
    state: str = ""
    began: datetime | None = None
    ended: datetime | None = None
    entitled: int = 0
    imported: int = 0
    exported: int = 0
    escrowed: int = 0
    error: str = ""


class Job(Value, frozen=True, kw_only=True):
    """A synchronization job with the name people know it by. `status`, `template` and `schedule_state` are Graph's text."""

    id: str
    service_principal: str
    name: str
    app_id: str = ""
    template: str = ""
    kind: str = ""
    status: str = ""
    schedule_state: str = ""
    interval: str = ""
    quarantine: Quarantine | None = None
    last: Execution | None = None
    last_success: Execution | None = None
    last_export: Execution | None = None
    successive_failures: int = 0
    escrows_pruned: bool = False
    synced: tuple[tuple[str, int], ...] = ()
    troubleshooting_url: str = ""


class RestartScope(StrEnum):
    """What a restart forgets; the words of Graph's `resetScope` (flags, some of them combinable)."""

    PORTAL = "portal"
    QUARANTINE = "quarantine"
    ESCROWS = "escrows"
    WATERMARK = "watermark"
    FULL = "full"
    FORCE_DELETES = "force-deletes"


class ProvisioningEvent(Value, frozen=True, kw_only=True):
    """One row of the provisioning log, cut down to what the ledger needs; unknown words are kept as they came.

    `object_id` is the source object's id (the target's where the source has none); `step` is the type of the step
    that failed, `""` where none did; `out_of_scope` says that the object left the job's scope.
    """

    id: str
    at: datetime
    job_id: str
    object_id: str
    object_type: str = ""
    object_name: str = ""
    action: str = ""
    status: str = ""
    error_code: str = ""
    reason: str = ""
    step: str = ""
    out_of_scope: bool = False
    cycle_id: str = ""
    change_id: str = ""
    service_principal: str = ""
    app_name: str = ""


# --- What the ledger and the rules make of them ------------------------------------------------------------------------


class Cause(Value, frozen=True, kw_only=True):
    """What failures have in common: the error code without its connector prefix, and the attribute in conflict."""

    code: str
    attribute: str = ""

    @property
    def key(self) -> str:
        return f"{self.code}/{self.attribute}".rstrip("/").lower()


class Advice(Value, frozen=True, kw_only=True):
    """What the knowledge base says of a cause. `actor` is admin, vendor, microsoft or nobody, as in errors.json."""

    code: str
    meaning: str
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
    """All objects of one job that fail for one cause; `examples` are the first few of `count`."""

    job_id: str
    cause: Cause
    count: int
    first_seen: datetime
    last_seen: datetime
    examples: tuple[Failure, ...] = ()


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


class AuditEvent(Value, frozen=True, kw_only=True):
    """One row of the directory's audit log. `target_id` is the service principal or object that it is about."""

    id: str
    at: datetime
    activity: str
    service: str = ""
    result: str = ""
    reason: str = ""
    actor: str = ""
    actor_id: str = ""
    by_app: bool = False
    target_id: str = ""
    target_name: str = ""
    details: tuple[tuple[str, str], ...] = ()


class Memory(Value, frozen=True, kw_only=True):
    """What the bot remembers of a job beyond its present state, from one look at the jobs to the next.

    `cycles` are the beginnings of the newest cycles that were seen, oldest first: the job's own cadence; `escrows` how
    many objects each of them left to be tried again. `quarantine` stays until a cycle has succeeded after it.
    `status_since` is None for a status that the job had when it was seen first. `gone_since` is the first look that did
    not find the job any more; `new` says that it came after the others were known; `stopped_by` who paused or deleted it.
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


class FoundGroup(Value, frozen=True, kw_only=True):
    """A group that is assigned to a job's application, or was; `gone` where the directory does not know it any more."""

    id: str
    name: str
    empty: bool = False
    gone: bool = False


class ScopedGroup(Value, frozen=True, kw_only=True):
    """What is remembered of such a group: the name it went by, whether it ever had members, and what is wrong since."""

    id: str
    name: str
    now_named: str = ""
    had_members: bool = False
    trouble: str = ""
    since: datetime | None = None


class CredentialCheck(Value, frozen=True, kw_only=True):
    """Whether a job's saved credentials are good: when that was tried last, what was said, and since when it is so."""

    job_id: str
    at: datetime
    fault: str = ""
    since: datetime | None = None


class Credential(Value, frozen=True, kw_only=True):
    """A secret or certificate that expires, and the jobs that stop with it; `own` is the bot's."""

    id: str
    kind: str
    name: str
    owner: str
    expires_at: datetime
    jobs: tuple[str, ...] = ()
    own: bool = False


class SourceState(Value, frozen=True, kw_only=True):
    """Whether a source answers: since when it fails and its sentence, or how late its newest rows came."""

    name: str
    failing_since: datetime | None = None
    sentence: str = ""
    lag: float | None = None
    answered_at: datetime | None = None


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


class Person(Value, frozen=True, kw_only=True):
    """Somebody in Teams: `id` is the Entra object id, `mri` the channel's own id (29:…)."""

    id: str
    name: str = ""
    mri: str = ""


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


class Evidence(Value, frozen=True, kw_only=True):
    """The moving part behind an alert: it edits a card but is never worth a new notification by itself.

    `held` names what this alert holds back: its consequences, which get no card of their own while it lasts.
    """

    count: int = 0
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    examples: tuple[Failure, ...] = ()
    quarantine: Quarantine | None = None
    held: tuple[str, ...] = ()
    earlier: Earlier | None = None
    facts: tuple[tuple[str, str], ...] = ()


class Finding(Value, frozen=True, kw_only=True):
    """An alert with its evidence, as `detect` hands it to `incidents.advance`.

    `held_by` is the fingerprint of the alert that explains this one, "" where it stands for itself.
    """

    alert: Alert
    evidence: Evidence
    held_by: str = ""


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


class LastTime(Value, frozen=True, kw_only=True):
    """How the same trouble went the time before: which incident, on which job if on another, and what ended it."""

    number: int
    opened_at: datetime
    resolved_at: datetime
    job_name: str = ""
    how: str = ""


class TimelineEntry(Value, frozen=True, kw_only=True):
    """One thing that happened to an incident; `by` is empty where the bot saw it by itself."""

    at: datetime
    kind: str
    by: str = ""
    text: str = ""


class Incident(Value, frozen=True, kw_only=True):
    """An alert over time, numbered for people. `revision` grows with every change that a card shows.

    `reopenings` are the latest times at which it came back; `held_by` is the fingerprint of the alert that explains it.
    """

    number: int
    alert: Alert
    evidence: Evidence
    state: State = State.OPEN
    opened_at: datetime
    changed_at: datetime
    resolved_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    assigned_to: Person | None = None
    assigned_by: str = ""
    snooze: Snooze | None = None
    held_by: str = ""
    reopened: int = 0
    reopenings: tuple[datetime, ...] = ()
    last_time: LastTime | None = None
    revision: int = 1

    @property
    def open(self) -> bool:
        return self.state is not State.RESOLVED


# --- People, conversations, deliveries ---------------------------------------------------------------------------------


class Role(StrEnum):
    NOBODY = "nobody"
    READER = "reader"
    OPERATOR = "operator"

    def allows(self, needed: Role) -> bool:
        order = list(Role)
        return order.index(self) >= order.index(needed)


class ConversationKind(StrEnum):
    CHANNEL = "channel"
    GROUP = "groupChat"
    PERSONAL = "personal"


class Conversation(Value, frozen=True, kw_only=True):
    """A place the bot can speak in, with what it needs to do so unasked.

    `id` is the base id, without `;messageid=`; `service_url` was matched by a validated token's claim.
    """

    id: str
    tenant_id: str
    service_url: str
    kind: ConversationKind = ConversationKind.CHANNEL
    name: str = ""
    team_id: str = ""
    team_name: str = ""
    team_group_id: str = ""
    bot_id: str = ""
    user_id: str = ""
    user_mri: str = ""
    active: bool = True


class Posted(Value, frozen=True, kw_only=True):
    """Where a card stands: its activity id, and the conversation id that replies to it go to."""

    activity_id: str
    thread_id: str


class DeliveryKind(StrEnum):
    CARD = "card"
    NOTE = "note"


class Delivery(Value, frozen=True, kw_only=True):
    """One thing to deliver: an incident's card (posted or updated, whichever is due) or a short note in its thread.

    `uncertain` means that an earlier attempt may have arrived: look before sending again.
    """

    id: int
    kind: DeliveryKind
    conversation: Conversation
    incident: int
    revision: int = 0
    text: str = ""
    posted: Posted | None = None
    attempts: int = 0
    uncertain: bool = False


class Confirmation(Value, frozen=True, kw_only=True):
    """A command that waits for its asker to confirm it, in one conversation, until `expires_at`, once."""

    token: str
    command: str
    words: str
    person: Person
    conversation_id: str
    expires_at: datetime


class AuditEntry(Value, frozen=True, kw_only=True):
    """Who did what through the bot, and how it ended."""

    at: datetime
    person: Person
    conversation_id: str
    command: str
    words: str
    outcome: str


class CommandHelp(Value, frozen=True, kw_only=True):
    """A chat command as help, the manifest and the README show it, e.g. usage `errors [job] [--since 24h]`."""

    name: str
    usage: str
    text: str
    role: Role
    hidden: bool = False


class RuleHelp(Value, frozen=True, kw_only=True):
    """A rule as help shows it; `needs` is what it looks at, in words."""

    name: str
    text: str
    needs: str
    severity: Severity
