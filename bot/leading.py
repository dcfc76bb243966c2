"""Which of several replicas watches and delivers: one, by a lease that it renews; another takes over when it stops.

All replicas answer people. The leader's lease is a row in the database, and its time is the database's. Every write of
the leader is refused once another leads (see Fenced), so that a process which was frozen and wakes up does no harm.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from datetime import timedelta

from bot.adapters.store import Fenced, Store
from bot.adapters.store.lease import Lease
from bot.ports import Deposed, StoreDown

log = logging.getLogger(__name__)

LASTS = timedelta(seconds=1)
RENEW = 0.25
"""Seconds between renewals."""

TRY = 0.2
"""Seconds between looks of those that do not lead, whether the lease is free."""

Duties = Callable[[], AbstractAsyncContextManager[None]]
"""What the leader does, for as long as the block lasts."""


class Leading:
    """Contends, leads while it may, and begins anew. `woken` and `looked` are called when a replica asks for it."""

    def __init__(
        self,
        store: Store,
        fenced: Fenced,
        name: str,
        *,
        woken: Callable[[], None],
        looked: Callable[[], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._fenced = fenced
        self._name = name
        self._woken = woken
        self._looked = looked
        self._sleep = sleep
        self._elapsed = elapsed
        self._until = 0.0
        self._telling: set[asyncio.Task[None]] = set()
        self.leads = False
        self.problem = ""

    # --- What the rest of the bot asks and tells ---

    @property
    def contended(self) -> bool:
        """Whether another process may lead; with a database of this process alone, this one does whatever there is."""
        return self._store.home.shared

    @property
    def role(self) -> str:
        """ "leader" or "follower"."""
        return "leader" if self.leads and self.may_act else "follower"

    @property
    def may_act(self) -> bool:
        """Whether the lease surely lasts: asked right before something is done that cannot be taken back."""
        return not self.contended or (self.leads and self._elapsed() < self._until)

    def wake(self) -> None:
        """There is something to deliver."""
        if self.leads or not self.contended:
            self._woken()
        else:
            self._tell(wake=True)

    def look(self) -> None:
        """There is something to look at."""
        if self.leads or not self.contended:
            self._looked()
        else:
            self._tell(look=True)

    def _tell(self, *, wake: bool = False, look: bool = False) -> None:
        # If it cannot be told, the leader finds out by itself some seconds later.
        async def told() -> None:
            with suppress(StoreDown):
                async with self._store.brief() as tx:
                    await tx.lease.tell(wake=wake, look=look)

        task = asyncio.create_task(told())
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    # --- Leading ---

    async def run(self, duties: Duties) -> None:
        """Contend and lead until cancelled, or until another process has taken a database that is for one alone."""
        while True:
            epoch = await self._contend()
            if epoch is None:
                await self._sleep(TRY)
                continue
            log.info("leads", extra={"epoch": epoch})
            self._fenced.epoch, self.leads = epoch, True
            try:
                async with duties():
                    await self._renew(epoch)
            finally:
                self.leads = False
                await self._release(epoch)
            if not self.contended:
                self.problem = "Another process uses this database: this one no longer watches and delivers."
                log.error(self.problem)
                return
            log.warning("leads no more", extra={"epoch": epoch})

    async def _contend(self) -> int | None:
        """The epoch, where the lease was free and is ours now."""
        try:
            async with self._store.look() as tx:
                lease = await tx.lease.get()
            if self._held(lease):
                self.problem = ""
                return None
            if lease is not None:
                await self._store.end_writer(lease.holder)
            return await self._take()
        except StoreDown as error:
            self._down(error)
            return None

    async def _take(self) -> int | None:
        began = self._elapsed()
        async with self._store.begin() as tx:
            if self._held(await tx.lease.get()):
                return None
            epoch = await tx.lease.take(self._name, LASTS)
        self._until = began + LASTS.total_seconds()
        self.problem = ""
        return epoch

    def _held(self, lease: Lease | None) -> bool:
        return self.contended and lease is not None and lease.ends_in > timedelta()

    async def _renew(self, epoch: int) -> None:
        """Renew until another leads, or until the database was silent for longer than the lease lasts."""
        before: Lease | None = None
        while True:
            await self._sleep(RENEW)
            began = self._elapsed()
            try:
                lease = await self._renewed(epoch)
            except Deposed:
                return
            except StoreDown as error:
                self._down(error)
                if self.contended and self._elapsed() >= self._until:
                    return
                continue
            self._until = began + LASTS.total_seconds()
            self.problem = ""
            self._hear(before, lease)
            before = lease

    async def _renewed(self, epoch: int) -> Lease:
        try:
            async with asyncio.timeout(LASTS.total_seconds()), self._store.brief() as tx:
                return await tx.lease.renew(epoch, LASTS, write=self.contended)
        except TimeoutError:
            raise StoreDown("it took too long") from None

    async def _release(self, epoch: int) -> None:
        if self.contended:
            with suppress(StoreDown):
                async with self._store.brief() as tx:
                    await tx.lease.release(epoch)

    def _hear(self, before: Lease | None, now: Lease) -> None:
        if before is None or now.wakes != before.wakes:
            self._woken()
        if before is not None and now.looks != before.looks:
            self._looked()

    def _down(self, error: StoreDown) -> None:
        if self.problem != str(error):
            log.error("%s", error)
        self.problem = str(error)
