"""Deliveries of the last minutes, so that what Teams sends twice is done once.

Teams sends an activity again when its answer was lost or late; the id is the same.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime, timedelta
from typing import TypeVar

from bot.ports import Clock

T = TypeVar("T")


class Seen:
    """Work by its key, kept with its result for ten minutes; work that failed is forgotten and may be tried again."""

    LIFETIME = timedelta(minutes=10)
    MOST = 4_000

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: OrderedDict[Hashable, tuple[datetime, asyncio.Future[object]]] = OrderedDict()

    async def once(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """Do the work, or wait for the one who does it, or give what it gave."""
        now = self._clock()
        self._drop(now)
        if (known := self._known.get(key)) is not None:
            return await asyncio.shield(known[1])  # pyright: ignore[reportReturnType] - the same key is the same work
        outcome: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._known[key] = (now, outcome)
        try:
            result = await work()
        except BaseException as error:
            self._known.pop(key, None)
            outcome.set_exception(error if isinstance(error, Exception) else RuntimeError("it was stopped"))
            outcome.exception()  # whoever waits is told; if nobody does, that is no fault
            raise
        outcome.set_result(result)
        return result

    def forget(self, key: Hashable) -> None:
        self._known.pop(key, None)

    def _drop(self, now: datetime) -> None:
        while self._known:
            key = next(iter(self._known))
            if len(self._known) < self.MOST and now - self._known[key][0] < self.LIFETIME:
                return
            del self._known[key]
