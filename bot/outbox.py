"""Delivers what the outbox holds: at least once, in order in each conversation, within Teams' windows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from itertools import groupby

from bot.adapters.store import Store, settling
from bot.adapters.store.settling import Settling
from bot.model import Delivery, Incident
from bot.pacing import Pacing
from bot.ports import CardGone, Clock, Deposed, StoreDown, TryLater, Undeliverable
from bot.sending import AT_ONCE, Receivers, Render, Sender

log = logging.getLogger(__name__)

FIRST_GAP = timedelta(seconds=2)
LONGEST_GAP = timedelta(minutes=10)
LONGEST_WAIT = 2.0
"""Seconds that a delivery waits for its conversation's window before others are let by."""


class Deliverer:
    """Takes what is due, conversation by conversation: one delivery in flight in each, many conversations at once."""

    def __init__(
        self,
        *,
        store: Store,
        receivers: Receivers,
        render: Render,
        now: Clock,
        pacing: Pacing,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        may_act: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store = store
        self._now = now
        self._pacing = pacing
        self._sleep = sleep
        self._settling = Settling(lambda: self._store)
        self._sender = Sender(receivers=receivers, settling=self._settling, render=render, now=now, may_act=may_act)
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._gate = asyncio.Lock()

    # --- What is due ---

    async def deliver(self) -> int:
        """Try everything that is due once; how many conversations there were."""
        started = await self.start()
        await asyncio.gather(*self._busy.values())
        return started

    async def start(self, ended: Callable[[], None] = lambda: None) -> int:
        """Begin with what is due in conversations that are idle; how many. `ended` is called as each has come to its end."""
        free = AT_ONCE - len(self._busy)
        if free <= 0:
            return 0
        async with self._store.look() as tx:
            due = await tx.outbox.due(self._now(), but=[*self._busy, *self._pacing.resting(LONGEST_WAIT)])
            incidents = await tx.incidents.of({delivery.incident for delivery in due})
        by_place = sorted(due, key=lambda delivery: delivery.conversation.id)
        places = [list(group) for _, group in groupby(by_place, key=lambda delivery: delivery.conversation.id)]
        for place in places[:free]:
            self._begin(place, incidents, ended)
        return min(free, len(places))

    def _begin(self, place: list[Delivery], incidents: Mapping[int, Incident], ended: Callable[[], None]) -> None:
        conversation = place[0].conversation.id

        def over(task: asyncio.Task[None]) -> None:
            self._busy.pop(conversation, None)
            if not task.cancelled() and (error := task.exception()) is not None:
                _tell(error)
            ended()

        task = asyncio.create_task(self._in_order(place, incidents))
        self._busy[conversation] = task
        task.add_done_callback(over)

    async def stop(self) -> None:
        """Begin nothing more, and let go of what is under way."""
        tasks = list(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def seconds_to_wait(self, most: float) -> float:
        """How long nothing will be due, unless something new comes."""
        async with self._store.look() as tx:
            at = await tx.outbox.next_due()
        return most if at is None else min(most, max(0.05, (at - self._now()).total_seconds()))

    # --- One conversation ---

    async def _in_order(self, deliveries: Iterable[Delivery], incidents: Mapping[int, Incident]) -> None:
        for delivery in deliveries:
            try:
                if not await self._turn(delivery):
                    return
                await self._sender.send(delivery, incidents.get(delivery.incident))
            except TryLater as error:
                await self._later(delivery, error)
                return
            except CardGone:
                await self._settling.settle(settling.card_gone(delivery))
            except Undeliverable as error:
                await self._bury(delivery, error)
            except Exception:
                # Nothing is lost: what is not settled is due again, after a rest.
                self._pacing.refused(delivery.conversation.id, 1.0)
                raise

    async def _turn(self, delivery: Delivery) -> bool:
        """Wait until Teams' windows let one more message through, and count it; False where that will take long."""
        place = delivery.conversation
        while (wait := self._pacing.wait_of(place.id)) > 0:
            if wait > LONGEST_WAIT:
                return False
            await self._sleep(wait)
        if place.in_teams:
            async with self._gate:
                while (wait := self._pacing.wait_in_all()) > 0:
                    await self._sleep(wait)
                self._pacing.sent(place.id)
        return True

    # --- How it ended ---

    async def _later(self, delivery: Delivery, error: TryLater) -> None:
        gap = min(LONGEST_GAP, FIRST_GAP * 2 ** min(delivery.attempts, 16))
        at = self._now() + max(gap, timedelta(seconds=error.after or 0))
        if error.after:
            self._pacing.refused(delivery.conversation.id, error.after)
        uncertain = error.uncertain or delivery.uncertain
        await self._settling.settle(settling.retry(delivery, at, uncertain=uncertain))
        log.warning("delivery put off: %s", error, extra={"incident": delivery.incident})

    async def _bury(self, delivery: Delivery, error: Undeliverable) -> None:
        await self._settling.settle(settling.buried(delivery, str(error)))
        if error.gone:
            async with self._store.begin() as tx:
                await tx.conversations.close(delivery.conversation.id)
        log.error("undeliverable: %s", error, extra={"incident": delivery.incident})


def _tell(error: BaseException) -> None:
    if isinstance(error, StoreDown | Deposed):
        log.warning("a delivery was not ended: %s", str(error) or "another replica leads")
    else:
        log.error("a delivery failed in an unforeseen way", exc_info=error)
