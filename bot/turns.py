"""Waits until Teams' windows let one more message through: first those of its conversation, then those of all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.model import Conversation
from bot.model.lane import Lane
from bot.pacing import Pacing

SHORTEST_WAIT, LONGEST_WAIT = 0.001, 2.0
"""Seconds that a delivery waits for its conversation's window, no clock being finer; for longer, others are let by."""


class Turns:
    """Whose turn it is, by the pacing."""

    def __init__(self, pacing: Pacing, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._pacing = pacing
        self._sleep = sleep
        self._gate = asyncio.Lock()

    def far_off(self) -> list[Lane]:
        """Conversations whose turn will not come soon."""
        return [Lane(place=place) for place in self._pacing.resting(LONGEST_WAIT)]

    async def soon(self, place: Conversation) -> bool:
        """Wait until the conversation's windows let one more message through; False where that will take long."""
        while (wait := self._pacing.wait_of(place.id)) > 0:
            if wait > LONGEST_WAIT:
                return False
            await self._sleep(max(wait, SHORTEST_WAIT))
        return True

    @asynccontextmanager
    async def turn(self, place: Conversation) -> AsyncGenerator[None]:
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
