"""Looks around the jobs, at its own slow pace: who changed what, when credentials end, whether they are good."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.adapters.store import Store
from bot.health import Health
from bot.hybrid import HybridLook
from bot.model import CredentialCheck, Job
from bot.ports import AuditSource, Clock, Directory, SourceDown
from bot.schemas import seen_again
from bot.scopes import remember

log = logging.getLogger(__name__)

AGAIN = timedelta(minutes=1)
CREDENTIALS_EVERY = timedelta(hours=1)
CHECK_EVERY = timedelta(hours=1)
AUDITS, DIRECTORY, GROUPS = "audits", "directory", "groups"


class Surroundings:
    """Everything that changes seldom. A source that fails is left alone for a minute, and is told of by a rule."""

    def __init__(
        self,
        *,
        store: Store,
        now: Clock,
        health: Health,
        audits: AuditSource | None,
        directory: Directory | None,
        hybrid: HybridLook | None = None,
    ) -> None:
        self._store = store
        self._now = now
        self._health = health
        self._audits = audits
        self._directory = directory
        self._hybrid = hybrid
        self._failed: dict[str, datetime] = {}
        self._credentials_at: datetime | None = None
        self._groups_at: dict[str, datetime] = {}
        self._roles_at: datetime | None = None
        self._owners_at: tuple[datetime | None, frozenset[str]] = (None, frozenset())

    async def read_audits(self) -> None:
        """What is new in the audit log."""
        if self._audits is None or self._rests(AUDITS):
            return
        try:
            async with self._store.look() as tx:
                cursor = await tx.reading.cursor(AUDITS)
            async for batch in self._audits.read(cursor, self._now()):
                async with self._store.begin() as tx:
                    await tx.audits.save(batch.events)
                    await tx.broken.add(AUDITS, batch.broken, self._now())
                    await tx.reading.advance(AUDITS, batch.cursor, self._now())
                self._answered(AUDITS)
        except SourceDown as error:
            self._down(AUDITS, error)

    async def look(self, jobs: Sequence[Job]) -> None:
        """The credentials of all jobs where that is due; of the next job in turn, whether they are good, its schema
        and its groups; who holds a directory role, and who owns the jobs' applications."""
        if self._hybrid is not None:
            await self._hybrid.look()
        if self._directory is None:
            return
        if not self._rests(DIRECTORY):
            try:
                await self._read_credentials(self._directory, jobs)
                await self._check_next(self._directory, jobs)
            except SourceDown as error:
                self._down(DIRECTORY, error)
            else:
                self._answered(DIRECTORY)
        if not self._rests(GROUPS):
            try:
                await self._look_at_groups(self._directory, jobs)
            except SourceDown as error:
                self._down(GROUPS, error)
            else:
                self._answered(GROUPS)
        await self._look_at_roles(self._directory)
        await self._look_at_owners(self._directory, jobs)

    async def _read_credentials(self, directory: Directory, jobs: Sequence[Job]) -> None:
        now = self._now()
        if self._credentials_at is not None and timedelta() <= now - self._credentials_at < CREDENTIALS_EVERY:
            return
        found = await directory.credentials(jobs)
        async with self._store.begin() as tx:
            await tx.credentials.save(found)
        self._credentials_at = now

    async def _check_next(self, directory: Directory, jobs: Sequence[Job]) -> None:
        now = self._now()
        async with self._store.look() as tx:
            known = await tx.credentials.checks()
        due = [job for job in jobs if job.id not in known or not timedelta() <= now - known[job.id].at < CHECK_EVERY]
        if not due:
            return
        # One job a look; the one that was not asked about for longest.
        job = min(due, key=lambda each: (known[each.id].at if each.id in known else each_beginning(now), each.id))
        fault, before = await directory.check(job), known.get(job.id)
        if fault is None:
            return
        since = before.since if before is not None and before.fault else now
        async with self._store.begin() as tx:
            await tx.credentials.save_check(
                CredentialCheck(job_id=job.id, at=now, fault=fault, since=since if fault else None)
            )

    async def _look_at_groups(self, directory: Directory, jobs: Sequence[Job]) -> None:
        now = self._now()
        due = [
            job
            for job in jobs
            if job.id not in self._groups_at or not timedelta() <= now - self._groups_at[job.id] < CHECK_EVERY
        ]
        if not due:
            return
        job = min(due, key=lambda each: (self._groups_at.get(each.id, each_beginning(now)), each.id))
        async with self._store.look() as tx:
            before = (await tx.credentials.groups()).get(job.id, ())
            known = (await tx.credentials.schemas()).get(job.id)
        schema = seen_again(known, await directory.schema(job), now)
        found = await directory.groups(job, schema.groups if schema else (), before)
        async with self._store.begin() as tx:
            await tx.credentials.save_groups(job.id, remember(before, found, now))
            if schema is not None:
                await tx.credentials.save_schema(schema)
        self._groups_at[job.id] = now

    async def _look_at_roles(self, directory: Directory) -> None:
        now = self._now()
        if self._roles_at is not None and timedelta() <= now - self._roles_at < CHECK_EVERY:
            return
        self._roles_at = now
        try:
            found = await directory.role_holders()
        except SourceDown as error:
            # Nothing rests on it: severities go on with what was known, and an hour later it is tried again.
            log.warning("who holds a directory role was not read: %s", error)
            return
        async with self._store.begin() as tx:
            await tx.credentials.save_roles(found)

    async def _look_at_owners(self, directory: Directory, jobs: Sequence[Job]) -> None:
        """Who owns the jobs' applications; soon again where there is a job of which that is not known yet."""
        now, asked = self._now(), frozenset(job.id for job in jobs)
        at, before = self._owners_at
        if at is not None and timedelta() <= now - at < (CHECK_EVERY if asked <= before else AGAIN):
            return
        self._owners_at = (now, asked)
        try:
            found = await directory.owners(jobs)
        except SourceDown as error:
            # Routes by owner go on with what was known, and an hour later it is tried again.
            log.warning("who owns the jobs' applications was not read: %s", error)
            return
        async with self._store.begin() as tx:
            await tx.credentials.save_owners(found)

    def _rests(self, source: str) -> bool:
        at = self._failed.get(source)
        return at is not None and timedelta() <= self._now() - at < AGAIN

    def _answered(self, source: str) -> None:
        self._failed.pop(source, None)
        self._health.answered(source, self._now())

    def _down(self, source: str, error: SourceDown) -> None:
        self._failed[source] = self._now()
        self._health.failed(source, str(error))


def each_beginning(now: datetime) -> datetime:
    """Older than anything: a job that was never asked about comes first."""
    return now - timedelta(days=3650)
