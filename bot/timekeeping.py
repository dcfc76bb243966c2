"""What time alone brings about: digests of what was held back, and what becomes of incidents that nobody takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bot import unattended, withheld
from bot.adapters.store import Store, Transaction
from bot.model.held import Duty
from bot.on_call import on_call, shut
from bot.ports import Clock
from bot.routes import Routes
from bot.storms import KEPT
from bot.unattended import Means, Schedule

HELD_FOR = timedelta(days=30)
"""How long something is held back for somebody who cannot be told."""


class Timekeeper:
    """Looks at the clock again and again; each look commits by itself, and can be repeated without harm.

    `schedule` is when incidents that nobody takes are told again.
    """

    def __init__(
        self,
        *,
        store: Store,
        now: Clock,
        wake: Callable[[], None],
        routes: Routes,
        schedule: Schedule = (),
    ) -> None:
        self._store, self._now, self._wake = store, now, wake
        self._routes, self._schedule = routes, schedule

    async def tick(self) -> None:
        """One look at the clock."""
        told = await self._tell_what_was_held()
        if await self._see_to_the_unattended() or told:
            self._wake()

    async def _tell_what_was_held(self) -> bool:
        async with self._store.look() as tx:
            if not await withheld.is_anything_held(tx, self._now()):
                return False
        async with self._store.begin() as tx:
            await withheld.hold_what_is_late(tx, self._now())
            told = await withheld.tell_due(tx, self._now())
            await tx.held.prune(self._now() - HELD_FOR)
            await tx.held.prune_storms(self._now() - 2 * KEPT)
        return told

    async def _see_to_the_unattended(self) -> bool:
        async with self._store.look() as tx:
            duty = await self._duty(tx)
            if not await unattended.due(tx, duty, self._schedule, self._now()):
                return False
        # As soon as an incident begins to wait, so that whoever is not there is passed over when it is their turn.
        await self._routes.names.learn(duty.people if duty else ())
        async with self._store.begin() as tx:
            # What was due a moment ago may have been taken since.
            duty, book = await self._duty(tx), await self._routes.book(tx)
            due = await unattended.due(tx, duty, self._schedule, self._now())
            means = Means(duty=duty, shut=shut(duty, book), schedule=tuple(self._schedule), book=book)
            told = [await unattended.see_to(tx, each, means, self._now()) for each in due]
        return any(told)

    async def _duty(self, tx: Transaction) -> Duty | None:
        return self._routes.names.put(await on_call(tx, self._routes.arranged.oncall, self._now()))
