"""The slow look at the sync with Active Directory, and what it keeps from one to the next."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.adapters.store import Store
from bot.health import Health
from bot.model import DirectorySync
from bot.ports import Clock, Hybrid, SourceDown

DIRSYNC = "dirsync"
AGE_EVERY = timedelta(minutes=5)
AGAIN = timedelta(minutes=1)
CONFLICTS_EVERY = timedelta(minutes=30)
FAULTS_EVERY = timedelta(hours=12)
"""Every object of the tenant is read for these, so it is done seldom."""


class HybridLook:
    """Reads the age of the sync often, conflicts seldom, and all objects twice a day. It rests where nothing is synced."""

    def __init__(self, *, store: Store, now: Clock, health: Health, hybrid: Hybrid, patience: float) -> None:
        self._store, self._now, self._health = store, now, health
        self._hybrid, self._patience = hybrid, patience
        self._at: dict[str, datetime] = {}

    async def look(self) -> None:
        """Read what is due, and keep it with what was read before."""
        before_this = dict(self._at)
        if not self._due("age", AGE_EVERY):
            return
        try:
            async with self._store.look() as tx:
                before = await tx.hybrid.get()
            after = await self._read(before or DirectorySync(at=self._now()))
            async with self._store.begin() as tx:
                await tx.hybrid.save(after)
        except SourceDown as error:
            # What was not read is still due, after a rest.
            self._at = before_this | {"age": self._now() - AGE_EVERY + AGAIN}
            self._health.failed(DIRSYNC, str(error))
        else:
            self._health.answered(DIRSYNC, self._now())

    async def _read(self, before: DirectorySync) -> DirectorySync:
        enabled, synced_at, passwords_at = await self._hybrid.age()
        conflicts, faults, partly = before.conflicts, before.faults, before.partly
        if not enabled:
            conflicts, faults, partly = (), (), False
        if enabled and self._due("conflicts", CONFLICTS_EVERY):
            conflicts = tuple(await self._hybrid.conflicts(before.conflicts))
        if enabled and self._due("faults", FAULTS_EVERY):
            found, partly = await self._hybrid.faults()
            faults = tuple(found)
        return DirectorySync(
            at=self._now(),
            enabled=enabled,
            synced_at=synced_at,
            passwords_at=passwords_at,
            conflicts=conflicts,
            faults=faults,
            patience=self._patience,
            partly=partly,
        )

    def _due(self, what: str, every: timedelta) -> bool:
        now, last = self._now(), self._at.get(what)
        if last is not None and timedelta() <= now - last < every:
            return False
        self._at[what] = now
        return True
