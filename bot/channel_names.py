"""The names of channels that the bot met by a message, which tells neither the channel's name nor its team's."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from bot.adapters.store import Store
from bot.model import Conversation
from bot.places import filled, lacks_names
from bot.ports import Clock, Naming, TryLater, Undeliverable

log = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds that an answer waits for the names of its place: of the 2.5 that a button has, the rest is the command's."""
AGAIN = timedelta(hours=1)
"""After so long a channel whose names could not be learnt is asked for once more."""


class ChannelNames:
    """Learns each name once; what is refused or fails leaves things as they are."""

    def __init__(self, store: Store, naming: Naming | None, now: Clock) -> None:
        self._store, self._naming, self._now = store, naming, now
        self._asked: dict[str, datetime] = {}

    async def learn(self, place: Conversation) -> None:
        """Ask Teams for what is not known of a channel, and keep it."""
        if self._naming is None or not lacks_names(place) or self._asked_lately(place):
            return
        self._asked[place.id] = self._now()
        try:
            async with asyncio.timeout(PATIENCE):
                told = await self._naming(place)
        except (TryLater, Undeliverable, TimeoutError) as error:
            log.info("a channel's name is not known", extra={"reason": str(error) or type(error).__name__})
            return
        async with self._store.begin() as tx:
            known = await tx.conversations.get(place.id)
            if known is not None and (after := filled(known, told)) != known:
                await tx.conversations.save(after)

    def _asked_lately(self, place: Conversation) -> bool:
        asked = self._asked.get(place.id)
        return asked is not None and self._now() - asked < AGAIN
