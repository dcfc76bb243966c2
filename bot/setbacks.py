"""What becomes of a delivery that did not go through: it is tried again, later and later, or given up."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import timedelta

from bot.adapters.store import Store, settling
from bot.adapters.store.settling import Settling
from bot.model import Delivery, DeliveryKind
from bot.pacing import Pacing
from bot.places import refusal
from bot.ports import Clock, TryLater, Undeliverable
from bot.queueing import Queue

log = logging.getLogger(__name__)

FIRST_GAP = timedelta(seconds=2)
LONGEST_GAP = timedelta(minutes=10)
MOST_STUMBLES = 8


def about(delivery: Delivery) -> dict[str, object]:
    """The fields of a log's line about it: a report, say, is about no incident."""
    return {"incident": delivery.incident} if delivery.incident else {}


class Setbacks:
    """Settles each, and lets those know that decide what is sent next."""

    def __init__(
        self, *, store: Callable[[], Store], settling: Settling, queue: Queue, pacing: Pacing, now: Clock
    ) -> None:
        self._store, self._settling, self._queue, self._pacing, self._now = store, settling, queue, pacing, now
        self._stumbles: dict[tuple[DeliveryKind, int], int] = {}

    async def put_off(self, delivery: Delivery, error: TryLater) -> None:
        """It is tried again after a while."""
        gap = min(LONGEST_GAP, FIRST_GAP * 2 ** min(delivery.attempts, 16))
        at = self._now() + max(gap, timedelta(seconds=error.after or 0))
        if error.after:
            self._pacing.refused(delivery.conversation.id, error.after)
        if error.throttled:
            self._pacing.throttled(delivery.conversation.id)
        self._queue.hold(delivery, at)
        uncertain = (error.uncertain or delivery.uncertain) and not delivery.conversation.unopened
        await self._settling.settle(settling.retry(delivery, at, uncertain=uncertain))
        log.warning("delivery put off: %s", error, extra=about(delivery))

    async def stumbled(self, delivery: Delivery) -> bool:
        """Something unforeseen: tried again some times, then given up, so that it holds up nothing for ever.

        Whether what is behind it may go on at once. To be called where the error is handled.
        """
        which = (delivery.kind, delivery.id)
        times = self._stumbles[which] = self._stumbles.get(which, 0) + 1
        reference = secrets.token_hex(4)
        log.exception("a delivery failed in an unforeseen way, reference %s", reference)
        said = f"It failed in an unforeseen way {times} times; the log has why under {reference}"
        if times < MOST_STUMBLES:
            await self.put_off(delivery, TryLater(said, uncertain=True))
            return False
        await self.bury(delivery, Undeliverable(said))
        self.over(delivery)
        return True

    async def bury(self, delivery: Delivery, error: Undeliverable) -> None:
        """It is given up."""
        why = refusal(delivery.conversation, str(error)) if error.gone else str(error)
        await self._settling.settle(settling.buried(delivery, why))
        if error.gone:
            async with self._store().begin() as tx:
                await tx.conversations.close(delivery.conversation.id, why)
        log.error("undeliverable: %s", error, extra=about(delivery))

    def over(self, delivery: Delivery) -> None:
        """It went through, or is given up."""
        self._stumbles.pop((delivery.kind, delivery.id), None)
