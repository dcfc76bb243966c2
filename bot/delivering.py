"""The loop around the deliverer: wakes when something was stored, when a delivery has ended, or when a retry is due."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from bot.outbox import Deliverer
from bot.ports import Deposed, StoreDown

log = logging.getLogger(__name__)

IDLE = 5.0
"""Seconds between looks when nothing wakes the loop."""

AFTER_A_FAULT = 1.0
SHORTEST = 0.05
CROWDED = 0.1
"""Seconds until the next look while much is under way: each look costs as much as ten deliveries, and holds them up."""


class Delivering:
    """Goes on until cancelled; one slow conversation holds no other up."""

    def __init__(self, deliverer: Deliverer, *, idle: float = IDLE) -> None:
        self._deliverer = deliverer
        self._idle = idle
        self._something = asyncio.Event()

    def wake(self) -> None:
        self._something.set()

    async def run(self) -> None:
        """Deliver until cancelled; a fault is logged and does not end the loop."""
        try:
            while True:
                self._something.clear()
                wait = await self._round()
                # Not wait_for: Python 3.11's lets go of a cancellation that comes together with the event.
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._something.wait()
        finally:
            await self._deliverer.stop()

    def _ended(self) -> None:
        if not self._deliverer.crowded:
            self.wake()

    async def _round(self) -> float:
        """Begin what is due; the seconds after which to look again, if nothing wakes the loop before."""
        try:
            found = await self._deliverer.look(self._ended)
            while found.more and not self._deliverer.crowded:
                found = await self._deliverer.look(self._ended)
            return CROWDED if self._deliverer.crowded else min(self._idle, max(SHORTEST, found.wait))
        except (StoreDown, Deposed) as error:
            log.warning("nothing is delivered: %s", str(error) or "another replica leads")
        except Exception:
            log.exception("a delivery failed in an unforeseen way")
        return AFTER_A_FAULT
