"""The watch: read what is new, fold it into the ledger, see what is wrong, store the difference with whom to tell."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing
from datetime import datetime

from bot import departed, ledger, pruning
from bot.absences import Absences
from bot.activity import Keep, count, expect
from bot.adapters.store import Store, Transaction
from bot.delay import Delay
from bot.earlier import attach
from bot.gathering import ahead, together
from bot.health import Health
from bot.incidents import REOPEN_WITHIN, Change, Kind, advance
from bot.kqlwatch import KqlWatch
from bot.memories import remember_all
from bot.missing import missing
from bot.model import Gap, Incident
from bot.notify import edit, open_all, tell
from bot.ports import Batch, Clock, Jobs, Source, SourceDown
from bot.reconcile import Reconciler
from bot.routes import Routes
from bot.routing import Book, receivers
from bot.snoozes import wake_those_due
from bot.surroundings import Surroundings
from bot.trail import own_acts
from bot.view import AUDITS, gather, look

log = logging.getLogger(__name__)


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
        around: Surroundings | None = None,
        wake: Callable[[], None] = lambda: None,
        keep: Keep | None = None,
        kql: KqlWatch | None = None,
        reconciler: Reconciler | None = None,
        absences: Absences | None = None,
        routes: Routes | None = None,
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._sources = sources
        self._now = now
        self._health = health
        self._around = around
        self._wake = wake
        self._keep = keep or Keep()
        self._kql = kql
        self._reconciler = reconciler
        self._absences = absences
        self._routes = routes or Routes()
        self._delay = Delay()
        self._judging = asyncio.Lock()
        self._pruned_at: datetime | None = None

    async def tick(self) -> None:
        """One look into the logs."""
        if self._absences is not None:
            await self._absences.began()
        if self._around is not None:
            await self._around.read_audits()
        read = [await self._read(source) for source in self._sources]
        await self.judge(read_all=all(read))
        await self._prune()

    async def look_at_jobs(self) -> None:
        """One look at the state of the jobs."""
        try:
            jobs = await self._jobs.list()
        except SourceDown as error:
            self._health.failed("jobs", str(error))
            return
        now = self._now()
        async with self._store.look() as tx:
            before = await tx.memories.all()
        gone = await departed.ask(self._jobs, before.values(), now)
        async with self._store.begin() as tx:
            await tx.reading.save_jobs(jobs)
            await expect(tx, jobs, now)
            audits = await tx.audits.since(now - AUDITS)
            known = departed.mark(remember_all(await tx.memories.all(), jobs, audits, now), gone)
            await tx.memories.replace(known)
            await departed.close(tx, departed.deleted(known), now)
        self._health.answered("jobs", self._now())
        if self._around is not None:
            await self._around.look(jobs)
        await self.judge()

    async def look_at_rules(self) -> None:
        """Ask the rules in KQL that are due."""
        if self._kql is None:
            return
        async with self._store.look() as tx:
            jobs = await tx.reading.jobs()
            done = await own_acts(tx, jobs, self._now() - AUDITS)
        await self._kql.look(jobs, done)
        if self._reconciler is not None:
            await self._reconciler.look()
        await self.judge()

    async def judge(self, *, read_all: bool | None = None) -> None:
        """Compare what the ledger and the jobs show with the incidents that are known.

        `read_all` says of a look into the logs that ends with this whether every source was read to its end.
        """
        async with self._judging, self._store.begin() as tx:
            now = self._now()
            states = self._health.states()
            gone = missing(states, heard_of_all=self._health.heard_of_all)
            broken = self._kql.broken() if self._kql else ()
            view = await gather(tx, now, sources=states, missing=gone, broken_rules=broken, gaps=self._gaps())
            findings, looked = look(view)
            known = await tx.incidents.recent(now - REOPEN_WITHIN)
            if self._kql is not None:
                findings, looked = findings + self._kql.findings(), looked | self._kql.looked(known.values())
            found = attach(findings, known, view.windows, now)
            changes = list(advance(known, found, looked, now, deleted=view.deleted))
            changes += await self._woken(tx, known.values(), changes, now)
            worth = [change for change in changes if change.kind is not Kind.EDITED]
            book = await self._routes.book(tx) if worth else Book()
            await edit(tx, [change.incident for change in changes if change.kind is Kind.EDITED])
            new = [change for change in worth if change.kind is Kind.OPENED]
            for incident in await open_all(tx, new, lambda each: receivers(each, book)):
                log.info("incident", extra={"incident": incident.number, "change": Kind.OPENED.value})
            for change in (change for change in worth if change.kind is not Kind.OPENED):
                incident = await tell(tx, change, receivers(change.incident, book))
                log.info("incident", extra={"incident": incident.number, "change": change.kind.value})
            told = await self._watched(tx, read_all=read_all)
        if changes or told:
            self._wake()

    async def _watched(self, tx: Transaction, *, read_all: bool | None) -> bool:
        """Keep that somebody watched; whether an absence was told that is over with this."""
        if self._absences is None or read_all is None:
            return False
        return await self._absences.ended(tx, read_all=read_all)

    def _gaps(self) -> tuple[Gap, ...] | None:
        return None if self._reconciler is None else self._reconciler.gaps

    async def _woken(
        self, tx: Transaction, known: Iterable[Incident], changes: Sequence[Change], now: datetime
    ) -> list[Change]:
        # What is changed already in this look is left to the next one, so that no change overwrites another.
        touched = {change.incident.number for change in changes}
        snoozed = [each for each in known if each.snooze is not None and each.number not in touched]
        jobs = await tx.reading.jobs() if snoozed else {}
        return list(wake_those_due(snoozed, jobs, now))

    async def _read(self, source: Source) -> bool:
        """Whether the source was read to its end."""
        try:
            async with self._store.look() as tx:
                cursor = await tx.reading.cursor(source.name)
            async with aclosing(ahead(together(source.read(cursor, self._now())))) as batches:
                async for batch in batches:
                    await self._fold(source.name, batch)
        except SourceDown as error:
            self._health.failed(source.name, str(error))
            return False
        self._health.answered(source.name, self._now())
        self._delay.read_whole(source.name)
        return True

    async def _fold(self, source: str, batch: Batch) -> None:
        rows = ledger.sort(batch.events)
        async with self._store.begin() as tx:
            entries = await tx.ledger.entries(rows.failed.keys() | rows.well.keys())
            changed = ledger.fold_all(entries, rows, await tx.ledger.well(rows.failed))
            await tx.ledger.save(changed)
            await tx.ledger.save_well(rows.well)
            await count(tx, source, batch.events, rows.well)
            await tx.broken.add(source, batch.broken, self._now())
            await tx.reading.advance(source, batch.cursor, self._now())
        if (late := self._delay.measured(source, batch.events, self._now())) is not None:
            self._health.late(source, late)

    async def _prune(self) -> None:
        now = self._now()
        if self._pruned_at is not None and now - self._pruned_at < pruning.EVERY:
            return
        async with self._store.begin() as tx:
            await pruning.prune(tx, now, self._keep)
        self._pruned_at = now
