"""The watch: read what is new, fold it into the ledger, see what is wrong, store the difference with whom to tell."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot import ledger
from bot.adapters.store import Store
from bot.health import Health
from bot.incidents import REOPEN_WITHIN, advance
from bot.notify import tell
from bot.ports import Batch, Clock, Jobs, Source, SourceDown
from bot.view import gather, look

log = logging.getLogger(__name__)

KEEP_CLEARED = timedelta(days=30)
PRUNE_EVERY = timedelta(hours=1)


class Watcher:
    """Looks again and again. Every step commits by itself, and each can be repeated without harm."""

    def __init__(
        self,
        *,
        store: Store,
        jobs: Jobs,
        sources: Sequence[Source],
        now: Clock,
        health: Health,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._sources = sources
        self._now = now
        self._health = health
        self._wake = wake
        self._judging = asyncio.Lock()
        self._pruned_at: datetime | None = None

    async def tick(self) -> None:
        """One look into the logs."""
        for source in self._sources:
            await self._read(source)
        await self.judge()
        await self._prune()

    async def look_at_jobs(self) -> None:
        """One look at the state of the jobs."""
        try:
            jobs = await self._jobs.list()
        except SourceDown as error:
            self._health.failed("jobs", str(error))
            return
        async with self._store.begin() as tx:
            await tx.reading.save_jobs(jobs)
        self._health.answered("jobs", self._now())
        await self.judge()

    async def judge(self) -> None:
        """Compare what the ledger and the jobs show with the incidents that are known."""
        async with self._judging, self._store.begin() as tx:
            now = self._now()
            found = look(await gather(tx, now))
            known = await tx.incidents.recent(now - REOPEN_WITHIN)
            changes = list(advance(known, *found, now))
            watching = await tx.conversations.watching() if changes else []
            for change in changes:
                incident = await tell(tx, change, watching)
                log.info("incident", extra={"incident": incident.number, "change": change.kind.value})
        if changes:
            self._wake()

    async def _read(self, source: Source) -> None:
        try:
            async with self._store.look() as tx:
                cursor = await tx.reading.cursor(source.name)
            async for batch in source.read(cursor, self._now()):
                await self._fold(source.name, batch)
        except SourceDown as error:
            self._health.failed(source.name, str(error))
        else:
            self._health.answered(source.name, self._now())

    async def _fold(self, source: str, batch: Batch) -> None:
        rows = ledger.sort(batch.events)
        async with self._store.begin() as tx:
            entries = await tx.ledger.entries(rows.failed.keys() | rows.well.keys())
            changed = ledger.fold_all(entries, rows, await tx.ledger.well(rows.failed))
            await tx.ledger.save(changed)
            await tx.ledger.save_well(rows.well)
            await tx.reading.advance(source, batch.cursor, self._now(), batch.broken)

    async def _prune(self) -> None:
        now = self._now()
        if self._pruned_at is not None and now - self._pruned_at < PRUNE_EVERY:
            return
        async with self._store.begin() as tx:
            await tx.ledger.prune(now - KEEP_CLEARED)
            await tx.people.forget(now - PRUNE_EVERY)
        self._pruned_at = now
