"""Finds what of the outbox may be begun now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import chain

from bot.adapters.store import Transaction
from bot.model import Delivery
from bot.queueing import Queue
from bot.turns import Turns
from bot.underway import UnderWay

ROWS = 2
"""Deliveries of each kind that are looked for, for each conversation that there is room for: several may be of one."""

APART = timedelta(seconds=1)
"""Between two questions for what is due in Teams and beyond it, each by itself: they cost more than the one for both."""


class Finding:
    """Leaves out what is under way, what waits for its turn, and what waits for something before it."""

    def __init__(self, *, queue: Queue, turns: Turns, under_way: UnderWay) -> None:
        self._queue = queue
        self._turns = turns
        self._under_way = under_way
        self._apart = datetime.min.replace(tzinfo=UTC)

    async def due(self, tx: Transaction, now: datetime) -> tuple[list[Delivery], bool]:
        """What may be begun, and whether that may not be all of it.

        Where more is due than there is room for, Teams and all else are asked for apart now and then: a card for each of
        thousands of people then holds up no page to whoever is on call, nor the other way round.
        """
        await self._queue.learn(tx)
        but = [*self._under_way.taken(), *self._turns.far_off(), *self._queue.held(now)]
        free = {each: self._under_way.free(in_teams=each) for each in (True, False)}
        most = ROWS * min(free.values())
        due = await tx.outbox.due(now, most, but=but) if most else []
        if len(due) < most:
            return due, False
        if now < self._apart:
            return due, True
        self._apart = now + APART
        asked = [await tx.outbox.due(now, ROWS * room, but=but, in_teams=each) for each, room in free.items() if room]
        return [*chain(*asked)], True
