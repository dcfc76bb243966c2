"""What the bot makes of the logs: causes, failures, counts by the hour, and people's histories."""

from __future__ import annotations

from datetime import datetime

from bot.model.base import Value
from bot.model.entra import ProvisioningEvent


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
