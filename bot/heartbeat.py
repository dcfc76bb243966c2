"""A dead man's switch: somebody else is told at every beat that the bot does its work, and raises the alarm when nothing comes.

A beat is left out, on purpose, where the bot runs but does not do its work: while it does not watch, while it looks and
cannot read, or while nothing that it says gets out.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.adapters.store import Store
from bot.health import Health
from bot.ports import Clock, SourceDown

log = logging.getLogger(__name__)

STUCK = timedelta(minutes=10)
"""How long the oldest delivery may wait before nothing seems to get out; what is closed to the bot waits for nothing."""


class Heartbeat:
    """`send` tells the one who listens, and raises SourceDown; `patience` is the age that the last look may have, and
    `health` knows which source has not been read for too long."""

    def __init__(
        self, *, store: Store, now: Clock, health: Health, patience: timedelta, send: Callable[[], Awaitable[None]]
    ) -> None:
        self._store, self._now, self._health, self._patience, self._send = store, now, health, patience, send
        self._said = ""

    async def beat(self) -> None:
        """Send one beat, or say in the log why there is none. Raises StoreDown."""
        said = await self._held_back()
        if not said:
            try:
                await self._send()
            except SourceDown as error:
                said = str(error)
        if said and said != self._said:
            log.warning("no heartbeat: %s", said)
        self._said = said

    async def _held_back(self) -> str:
        """Why the bot does not do its work; "" where it does."""
        now = self._now()
        async with self._store.look() as tx:
            last, waiting = await tx.pulse.get(), await tx.owing.oldest(now)
        if last is None or now - last.at > self._patience:
            return "the logs were not looked into for too long."
        if unread := self._health.unread():
            return f"{' and '.join(unread)} could not be read for too long."
        if any(now - each.since > STUCK for each in waiting):
            return "deliveries are overdue for too long."
        return ""
