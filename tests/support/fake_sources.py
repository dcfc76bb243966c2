"""Jobs and a log in memory, for tests of what stands behind the ports; the contract tests keep them honest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence, Set
from datetime import datetime

import msgspec

from bot.model import Job, ProvisioningEvent, RestartScope
from bot.ports import Batch, Refusal, SourceDown
from bot.restarts import reset_scope

_LIFTING = {RestartScope.PORTAL, RestartScope.QUARANTINE, RestartScope.FULL}


class FakeJobs:
    """Port `Jobs`. `down` makes every call fail; `done` is what was asked for, as (verb, job id, resetScope).

    `hidden` are ids of jobs that are not listed, though nobody says that they are gone.
    """

    def __init__(self, jobs: Sequence[Job] = ()) -> None:
        self.jobs = {job.id: job for job in jobs}
        self.done: list[tuple[str, str, str]] = []
        self.down = ""
        self.hidden: set[str] = set()

    def put(self, job: Job) -> None:
        self.jobs[job.id] = job

    async def list(self) -> Sequence[Job]:
        self._answer()
        return sorted(
            (job for job in self.jobs.values() if job.id not in self.hidden), key=lambda job: job.name.casefold()
        )

    async def get(self, job: Job) -> Job:
        self._answer()
        if job.id not in self.jobs:
            raise Refusal(f"Graph cannot read {job.name}: it no longer knows that job (404).")
        return self.jobs[job.id]

    async def gone(self, jobs: Sequence[Job]) -> Set[str]:
        self._answer()
        return {job.id for job in jobs} - self.jobs.keys()

    async def start(self, job: Job) -> None:
        found = await self.get(job)
        self.done.append(("start", job.id, ""))
        self.put(_running(found))

    async def pause(self, job: Job) -> None:
        found = await self.get(job)
        self.done.append(("pause", job.id, ""))
        self.put(msgspec.structs.replace(found, status="Paused", schedule_state="Paused"))

    async def restart(self, job: Job, scopes: Sequence[RestartScope]) -> None:
        text = reset_scope(scopes)
        found = await self.get(job)
        self.done.append(("restart", job.id, text))
        if found.status == "Paused" or _LIFTING & set(scopes):
            self.put(_running(found))

    def _answer(self) -> None:
        if self.down:
            raise SourceDown(self.down)


def _running(job: Job) -> Job:
    return msgspec.structs.replace(job, status="Active", schedule_state="Active", quarantine=None)


class FakeSource:
    """Port `Source`: rows in the order in which they arrive; the cursor is how many were read."""

    def __init__(self, name: str = "fake", *, batch: int = 1_000) -> None:
        self.name = name
        self.rows: list[ProvisioningEvent] = []
        self.down = ""
        self._batch = batch

    def arrive(self, *events: ProvisioningEvent) -> None:
        self.rows += events

    async def read(self, cursor: str, now: datetime) -> AsyncIterator[Batch]:
        if self.down:
            raise SourceDown(self.down)
        at = int(cursor or 0)
        while at < len(self.rows):
            some = self.rows[at : at + self._batch]
            at += len(some)
            yield Batch(events=tuple(some), cursor=str(at))
