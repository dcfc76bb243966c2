"""Microsoft's words, spelt as in Graph: jobs, their cycles and quarantines, rows of the logs, credentials, groups."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from bot.model.base import Value


class Quarantine(Value, frozen=True, kw_only=True):
    """Why and since when a job is in quarantine. Texts are Graph's, kept as they came.

    `switched_off` says that Entra has given up: nothing more comes by itself.
    """

    reason: str
    error_code: str = ""
    error_message: str = ""
    current_began: datetime | None = None
    series_began: datetime | None = None
    series_count: int = 0
    next_attempt: datetime | None = None
    switched_off: bool = False


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


class Progress(Value, frozen=True, kw_only=True):
    """How far an initial cycle has got, and when that was seen; units are pages of the source, not people."""

    at: datetime
    done: int = 0
    total: int = 0


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
    progress: Progress | None = None
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

    `object_id` is the source object's id (the target's where the source has none), `target_id` that in the target of a row
    that failed; `step` is the type of the step
    that failed, `""` where none did; `out_of_scope` says that the object left the job's scope; `hides` is
    the code of what a row that says skipped does not tell as a failure.
    """

    id: str
    at: datetime
    job_id: str
    object_id: str
    object_type: str = ""
    object_name: str = ""
    target_id: str = ""
    action: str = ""
    status: str = ""
    error_code: str = ""
    reason: str = ""
    step: str = ""
    out_of_scope: bool = False
    hides: str = ""
    cycle_id: str = ""
    change_id: str = ""
    service_principal: str = ""
    app_name: str = ""


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


class Schema(Value, frozen=True, kw_only=True):
    """What is looked at of a job's schema: its version, which changes with every change, and the groups its filters name.

    `groups` are ids or names, as they stand in the filters. `changed_at` is when it got the version, where that differs
    from the one that was known before, and `noticed_at` when that was seen; `looked_at` is the last look.
    """

    job_id: str
    version: str
    groups: tuple[str, ...] = ()
    looked_at: datetime | None = None
    changed_at: datetime | None = None
    noticed_at: datetime | None = None


class FoundGroup(Value, frozen=True, kw_only=True):
    """A group that is assigned to a job's application or named by its filters, or was; `gone` where the directory does not know it any more."""

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
