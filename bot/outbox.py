"""Delivers what the outbox holds: at least once, in order in each conversation, and never a card twice where we can look."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import groupby
from typing import Protocol

from bot.adapters.store import Store
from bot.model import Delivery, DeliveryKind, Incident, Posted
from bot.ports import (
    CannotLook,
    Card,
    CardGone,
    Clock,
    Deposed,
    Messenger,
    SourceDown,
    StoreDown,
    TryLater,
    Undeliverable,
)
from cards.incident import marker

log = logging.getLogger(__name__)

BETWEEN_UPDATES = timedelta(seconds=2)
FIRST_GAP = timedelta(seconds=2)
LONGEST_GAP = timedelta(minutes=10)
AT_ONCE = 8


class Render(Protocol):
    """Draws an incident's card, and the sentence for its notification."""

    def __call__(self, incident: Incident) -> tuple[Card, str]: ...


class Deliverer:
    """Takes what is due, conversation by conversation."""

    def __init__(
        self,
        *,
        store: Store,
        messenger: Messenger,
        render: Render,
        now: Clock,
        may_act: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store = store
        self._messenger = messenger
        self._render = render
        self._now = now
        self._may_act = may_act
        self._places = asyncio.Semaphore(AT_ONCE)

    async def deliver(self) -> int:
        """Try everything that is due once; how many deliveries there were."""
        async with self._store.look() as tx:
            due = await tx.outbox.due(self._now())
        by_place = sorted(due, key=lambda delivery: delivery.conversation.id)
        places = [list(group) for _, group in groupby(by_place, key=lambda delivery: delivery.conversation.id)]
        await asyncio.gather(*(self._in_order(place) for place in places))
        return len(due)

    async def seconds_to_wait(self, most: float) -> float:
        """How long nothing will be due, unless something new comes."""
        async with self._store.look() as tx:
            at = await tx.outbox.next_due()
        return most if at is None else min(most, max(0.05, (at - self._now()).total_seconds()))

    async def _in_order(self, deliveries: Iterable[Delivery]) -> None:
        async with self._places:
            for delivery in deliveries:
                try:
                    await self._one(delivery)
                except TryLater as error:
                    await self._later(delivery, error)
                    return
                except CardGone:
                    async with self._store.begin() as tx:
                        await tx.outbox.card_gone(delivery)
                except Undeliverable as error:
                    await self._bury(delivery, error)

    async def _one(self, delivery: Delivery) -> None:
        if delivery.kind is DeliveryKind.NOTE:
            await self._note(delivery)
        elif delivery.posted is not None:
            await self._update(delivery, delivery.posted)
        else:
            await self._post(delivery)

    async def _update(self, delivery: Delivery, posted: Posted) -> None:
        incident = await self._incident(delivery)
        card = self._render(incident)
        self._still_leads()
        await self._messenger.update(delivery.conversation, posted, *card)
        await self._stands(delivery, posted, incident)

    async def _post(self, delivery: Delivery) -> None:
        if delivery.uncertain and (found := await self._found(delivery, marker(delivery.incident))):
            await self._update(delivery, found)
            return
        incident = await self._incident(delivery)
        card = self._render(incident)
        async with self._store.begin() as tx:
            await tx.outbox.sending(delivery)
        self._still_leads()
        await self._stands(delivery, await self._messenger.post(delivery.conversation, *card), incident)

    async def _note(self, delivery: Delivery) -> None:
        if delivery.posted is None:
            return
        if not (delivery.uncertain and await self._found(delivery, delivery.text)):
            async with self._store.begin() as tx:
                await tx.outbox.sending(delivery)
            self._still_leads()
            await self._messenger.note(delivery.conversation, delivery.posted, delivery.text)
        async with self._store.begin() as tx:
            await tx.outbox.sent_note(delivery)

    def _still_leads(self) -> None:
        # A process that was frozen here must not send what its successor has sent by now.
        if not self._may_act():
            raise Deposed

    async def _found(self, delivery: Delivery, text: str) -> Posted | None:
        try:
            return await self._messenger.find(delivery.conversation, text)
        except CannotLook as error:
            extra = {"incident": delivery.incident, "why": str(error)}
            log.warning("a delivery may arrive twice: it cannot be looked up", extra=extra)
            return None
        except SourceDown as error:
            raise TryLater(str(error), error.after, uncertain=True) from None

    async def _incident(self, delivery: Delivery) -> Incident:
        async with self._store.look() as tx:
            incident = await tx.incidents.get(delivery.incident)
        if incident is None:
            raise Undeliverable(f"There is no incident {delivery.incident}.")
        return incident

    async def _stands(self, delivery: Delivery, posted: Posted, incident: Incident) -> None:
        async with self._store.begin() as tx:
            not_before = self._now() + BETWEEN_UPDATES
            await tx.outbox.sent_card(delivery, posted, incident.revision, not_before)
        log.info("delivered", extra={"incident": delivery.incident, "revision": incident.revision})

    async def _later(self, delivery: Delivery, error: TryLater) -> None:
        gap = min(LONGEST_GAP, FIRST_GAP * 2 ** min(delivery.attempts, 16))
        at = self._now() + max(gap, timedelta(seconds=error.after or 0))
        uncertain = error.uncertain or delivery.uncertain
        async with self._store.begin() as tx:
            await tx.outbox.retry(delivery, at, uncertain=uncertain)
        log.warning("delivery put off: %s", error, extra={"incident": delivery.incident})

    async def _bury(self, delivery: Delivery, error: Undeliverable) -> None:
        async with self._store.begin() as tx:
            await tx.outbox.bury(delivery, str(error))
            if error.gone:
                await tx.conversations.close(delivery.conversation.id)
        log.error("undeliverable: %s", error, extra={"incident": delivery.incident})


class Delivering:
    """The loop around the deliverer: wakes when something was stored, or when a retry is due."""

    def __init__(self, deliverer: Deliverer, *, idle: float = 5.0, failed: Callable[[], None] = lambda: None) -> None:
        self._deliverer = deliverer
        self._idle = idle
        self._failed = failed
        self._something = asyncio.Event()

    def wake(self) -> None:
        self._something.set()

    async def run(self) -> None:
        """Deliver until cancelled; a fault is logged and does not end the loop."""
        while True:
            self._something.clear()
            wait = self._idle
            try:
                while await self._deliverer.deliver():
                    pass
                wait = await self._deliverer.seconds_to_wait(self._idle)
            except (StoreDown, Deposed) as error:
                log.warning("nothing is delivered: %s", error or "another replica leads")
            except Exception:
                log.exception("a delivery failed in an unforeseen way")
                self._failed()
            try:
                await asyncio.wait_for(self._something.wait(), wait)
            except TimeoutError:
                continue
