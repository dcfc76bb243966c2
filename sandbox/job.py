"""The state of one provisioning job."""

from __future__ import annotations

import random
from datetime import datetime

import msgspec

from sandbox.rows import Json
from sandbox.trouble import Failing, Subject, Trouble
from sandbox.world import JobSpec


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """A cycle that ended."""

    id: str
    began: datetime
    ended: datetime
    state: str
    imported: int = 0
    exports: int = 0
    exported: int = 0
    escrowed: int = 0
    error: Trouble | None = None


class Quarantine(msgspec.Struct, kw_only=True):
    """A stay in quarantine: a series of attempts that all failed."""

    reason: str
    error: Trouble | None
    began: datetime
    series_began: datetime
    next_attempt: datetime
    attempts: int = 1


class Cycle(msgspec.Struct, kw_only=True):
    """A cycle that is running. A `prompt` one's rows are never late."""

    id: str
    began: datetime
    initial: bool
    prompt: bool
    rng: random.Random
    ends: datetime


class Job:
    """What a job is doing now, and what it cannot do. `extra` overrides fields of its status as Graph shows it."""

    def __init__(self, spec: JobSpec, pool: tuple[Subject, ...]) -> None:
        self.spec = spec
        self.pool = pool
        self.code = "Active"
        self.schedule = "Active"
        self.quarantine: Quarantine | None = None
        self.broken: Trouble | None = None
        self.failing: dict[str, Failing] = {}
        self.staged: list[Subject] = []
        self.deletes_allowed = False
        self.reserved: set[str] = set()
        self.more_escrows = 0
        self.cycles = 0
        self.running: Cycle | None = None
        self.next_at: datetime | None = None
        self.wanted: tuple[bool, bool] | None = None
        self.last: Execution | None = None
        self.last_success: Execution | None = None
        self.last_export: Execution | None = None
        self.failures_in_a_row = 0
        self.escrows_pruned = False
        self.synced = len(pool)
        self.steady_since: datetime | None = None
        self.steady_until: datetime | None = None
        self.schema_changed: datetime | None = None
        self.extra: Json = {}

    @property
    def id(self) -> str:
        return self.spec.id

    @property
    def paused(self) -> bool:
        return self.code == "Paused"

    @property
    def stuck(self) -> bool:
        """Something keeps whole cycles from getting through."""
        return self.broken is not None and not self.broken.repaired

    def repair(self, action: str) -> None:
        """Take the action as the repair of what it is said to repair."""
        troubles = [failing.trouble for failing in self.failing.values()]
        for trouble in [*troubles, *([self.broken] if self.broken else [])]:
            if action in trouble.repaired_by:
                trouble.repaired = True
