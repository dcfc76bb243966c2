"""Keeps the order where something is tried again: what comes after it in its lane waits for it.

In Teams people read a conversation from top to bottom, so all of it waits. A mail or a webhook has a thread or a ticket
for each incident, so only that incident does.
"""

from __future__ import annotations

from datetime import datetime

from bot.adapters.store import Transaction
from bot.model import Delivery
from bot.model.lane import Lane, lane_of
from bot.model.telling import Pending

PATIENCE = 16
"""Attempts, which take an hour and a half, for which what comes after waits; then it goes past, in case it is at fault."""


class Queue:
    """When each lane may move again, where it may not now."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Another may deliver from now on; who goes on after it learns anew."""
        self._until: dict[Lane, datetime] = {}
        self._knows = False

    async def learn(self, tx: Transaction) -> None:
        """What was put off before this process came to deliver holds its lane too."""
        if not self._knows:
            for each in await tx.owing.put_off():
                if each.not_before is not None:
                    self.hold(each, each.not_before)
            self._knows = True

    def hold(self, delivery: Delivery | Pending, until: datetime) -> None:
        """This is tried again at a time: what comes after it waits until then."""
        if delivery.attempts < PATIENCE:
            lane = lane_of(delivery)
            self._until[lane] = max(until, self._until.get(lane, until))

    def held(self, now: datetime) -> list[Lane]:
        """Lanes that wait."""
        self._until = {lane: until for lane, until in self._until.items() if until > now}
        return list(self._until)
