"""Delivers what the outbox holds: at least once, in order in each conversation, within Teams' windows."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import groupby

from bot.adapters.store import Store, settling
from bot.adapters.store.settling import Settling
from bot.model import Conversation, Delivery, DeliveryKind, Incident
from bot.pacing import Pacing
from bot.ports import CardGone, Clock, Deposed, Moved, StoreDown, TryLater, Undeliverable
from bot.queueing import Queue
from bot.sending import AT_ONCE, Receivers, Render, Sender

log = logging.getLogger(__name__)

FIRST_GAP = timedelta(seconds=2)
LONGEST_GAP = timedelta(minutes=10)
AFTER_A_FAULT = 1.0
MOST_STUMBLES = 8
SHORTEST_WAIT, LONGEST_WAIT = 0.001, 2.0
"""Seconds that a delivery waits for its conversation's window, no clock being finer; for longer, others are let by."""


class Deliverer:
    """Takes what is due, conversation by conversation: one delivery in flight in each, many conversations at once.

    `problem` says why what was sent last could not be written down; "" where it was.
    """

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
        self._settling = Settling(lambda: self._store, now)
        self._sender = Sender(
            receivers=receivers, settling=self._settling, render=render, now=now, may_act=may_act, turn=self._turn
        )
        self.problem = ""
        self._queue = Queue()
        self._stumbles: dict[tuple[DeliveryKind, int], int] = {}
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._gate = asyncio.Lock()

    @property
    def crowded(self) -> bool:
        """Whether so much is under way that looking for more may wait until several of them have ended."""
        return len(self._busy) > AT_ONCE // 2

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
        now = self._now()
        async with self._store.look() as tx:
            await self._queue.learn(tx)
            but = [*self._busy, *self._pacing.resting(LONGEST_WAIT), *self._queue.held(now)]
            due = self._queue.ready(await tx.outbox.due(now, but=but), now)
            incidents = await tx.incidents.of({delivery.incident for delivery in due})
        by_place = sorted(due, key=lambda delivery: delivery.conversation.id)
        places = [list(group) for _, group in groupby(by_place, key=lambda delivery: delivery.conversation.id)]
        for place in places[:free]:
            self._begin(place, incidents, ended)
        if not places and not self._busy:
            self.problem = ""
        return min(free, len(places))

    def _begin(self, place: list[Delivery], incidents: Mapping[int, Incident], ended: Callable[[], None]) -> None:
        conversation = place[0].conversation.id

        def over(task: asyncio.Task[None]) -> None:
            self._busy.pop(conversation, None)
            error = None if task.cancelled() else task.exception()
            self.problem = str(error) if isinstance(error, StoreDown) else ""
            if error is not None:
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
        self._queue = Queue()

    async def seconds_to_wait(self, most: float) -> float:
        """How long nothing will be due, unless something new comes."""
        async with self._store.look() as tx:
            at = await tx.outbox.next_due()
        return most if at is None else min(most, max(0.05, (at - self._now()).total_seconds()))

    # --- One conversation ---

    async def _in_order(self, deliveries: Iterable[Delivery], incidents: Mapping[int, Incident]) -> None:
        for delivery in deliveries:
            try:
                if not await self._soon(delivery.conversation):
                    return
                if not await self._one(delivery, incidents.get(delivery.incident)):
                    return
            except Exception:
                # Nothing is lost: what is not settled is due again, after a rest.
                self._pacing.refused(delivery.conversation.id, AFTER_A_FAULT)
                raise

    async def _one(self, delivery: Delivery, incident: Incident | None) -> bool:
        """Send it and settle how that ended; whether what is behind it may go on at once."""
        try:
            await self._sender.send(delivery, incident)
        except Moved:
            await self._settling.settle(settling.retry(delivery, self._now(), uncertain=delivery.uncertain))
            return False
        except TryLater as error:
            await self._later(delivery, error)
            return False
        except CardGone:
            await self._settling.settle(settling.card_gone(delivery))
        except Undeliverable as error:
            await self._bury(delivery, error)
            return not error.gone
        except (StoreDown, Deposed):
            raise
        except Exception:  # noqa: BLE001 (it is logged, with a reference)
            return await self._stumbled(delivery)
        self._stumbles.pop((delivery.kind, delivery.id), None)
        return True

    async def _soon(self, place: Conversation) -> bool:
        """Wait until the conversation's windows let one more message through; False where that will take long."""
        while (wait := self._pacing.wait_of(place.id)) > 0:
            if wait > LONGEST_WAIT:
                return False
            await self._sleep(max(wait, SHORTEST_WAIT))
        return True

    @asynccontextmanager
    async def _turn(self, place: Conversation) -> AsyncGenerator[None]:
        """Wait until the windows of all let one more message through, and count it: right before it leaves."""
        if not place.in_teams:
            yield
            return
        async with self._gate:
            while (wait := self._pacing.wait_in_all()) > 0:
                await self._sleep(max(wait, SHORTEST_WAIT))
            call = self._pacing.sent(place.id)
        try:
            yield
        finally:
            self._pacing.answered(call)

    # --- How it ended ---

    async def _later(self, delivery: Delivery, error: TryLater) -> None:
        gap = min(LONGEST_GAP, FIRST_GAP * 2 ** min(delivery.attempts, 16))
        at = self._now() + max(gap, timedelta(seconds=error.after or 0))
        if error.after:
            self._pacing.refused(delivery.conversation.id, error.after)
        if error.throttled:
            self._pacing.throttled(delivery.conversation.id)
        self._queue.hold(delivery, at)
        uncertain = error.uncertain or delivery.uncertain
        await self._settling.settle(settling.retry(delivery, at, uncertain=uncertain))
        log.warning("delivery put off: %s", error, extra={"incident": delivery.incident})

    async def _stumbled(self, delivery: Delivery) -> bool:
        """Something unforeseen: tried again some times, then given up, so that it holds up nothing for ever."""
        which = (delivery.kind, delivery.id)
        times = self._stumbles[which] = self._stumbles.get(which, 0) + 1
        reference = secrets.token_hex(4)
        log.exception("a delivery failed in an unforeseen way, reference %s", reference)
        said = f"It failed in an unforeseen way {times} times; the log has why under {reference}"
        if times < MOST_STUMBLES:
            await self._later(delivery, TryLater(said, uncertain=True))
            return False
        await self._bury(delivery, Undeliverable(said))
        del self._stumbles[which]
        return True

    async def _bury(self, delivery: Delivery, error: Undeliverable) -> None:
        await self._settling.settle(settling.buried(delivery, str(error)))
        if error.gone:
            async with self._store.begin() as tx:
                await tx.conversations.close(delivery.conversation.id, str(error))
        log.error("undeliverable: %s", error, extra={"incident": delivery.incident})


def _tell(error: BaseException) -> None:
    if isinstance(error, StoreDown | Deposed):
        log.warning("a delivery was not ended: %s", str(error) or "another replica leads")
    else:
        log.error("a delivery failed in an unforeseen way", exc_info=error)
