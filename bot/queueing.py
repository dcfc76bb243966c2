"""Keeps the order where something is tried again: what comes after it waits for it.

In Teams people read a conversation from top to bottom, so all of it waits. A mail or a webhook has a thread or a ticket
for each incident, so only that incident does.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.adapters.store import Transaction
from bot.model import Delivery
from bot.model.telling import Pending

PATIENCE = 16
"""Attempts, which take an hour and a half, for which what comes after waits; then it goes past, in case it is at fault."""


class Queue:
    """When each line may move again, by conversation and incident (0 where all of the conversation waits)."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, int], datetime] = {}
        self._knows = False

    async def learn(self, tx: Transaction) -> None:
        """What was put off before this process came to deliver holds its line too."""
        if not self._knows:
            for each in await tx.owing.put_off():
                if each.not_before is not None:
                    self.hold(each, each.not_before)
            self._knows = True

    def hold(self, delivery: Delivery | Pending, until: datetime) -> None:
        """This is tried again at a time: what comes after it waits until then."""
        if delivery.attempts < PATIENCE:
            line = _line(delivery)
            self._until[line] = max(until, self._until.get(line, until))

    def held(self, now: datetime) -> list[str]:
        """Conversations that wait as a whole."""
        self._until = {line: until for line, until in self._until.items() if until > now}
        return [conversation for conversation, incident in self._until if not incident]

    def ready(self, due: Iterable[Delivery], now: datetime) -> list[Delivery]:
        """Those that wait for nothing before them."""
        return [each for each in due if self._until.get(_line(each), now) <= now]


def _line(delivery: Delivery | Pending) -> tuple[str, int]:
    place = delivery.conversation
    return place.id, 0 if place.in_teams else delivery.incident
