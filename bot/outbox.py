"""Delivers what the outbox holds: at least once, in order in each conversation, and never a card twice where we can look."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from itertools import groupby
from typing import Protocol

from bot.adapters.store import Store, settling
from bot.adapters.store.settling import Settling
from bot.model import Delivery, DeliveryKind, Incident, Posted
from bot.pacing import Pacing
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
AT_ONCE = 64
"""Conversations that are delivered to at the same time."""

LONGEST_WAIT = 2.0
"""Seconds that a delivery waits for its conversation's window before others are let by."""


class Render(Protocol):
    """Draws an incident's card, and the sentence for its notification."""

    def __call__(self, incident: Incident) -> tuple[Card, str]: ...


class Deliverer:
    """Takes what is due, conversation by conversation: one delivery in flight in each, many conversations at once."""

    def __init__(
        self,
        *,
        store: Store,
        messenger: Messenger,
        render: Render,
        now: Clock,
        pacing: Pacing,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        may_act: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store = store
        self._messenger = messenger
        self._render = render
        self._now = now
        self._pacing = pacing
        self._sleep = sleep
        self._may_act = may_act
        self._settling = Settling(lambda: self._store)
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._gate = asyncio.Lock()
        # Where a post whose answer is lost cannot be looked up, no more than one is ever under way.
        self._posting = asyncio.Semaphore(AT_ONCE if messenger.looks else 1)

    # --- What is due ---

    async def deliver(self) -> int:
        """Try everything that is due once; how many conversations there were."""
        started = await self.start()
        await asyncio.gather(*self._busy.values())
        return started

    async def start(self, ended: Callable[[], None] = lambda: None) -> int:
        """Begin with what is due in conversations that are idle; how many. `ended` is called as each has come to its end."""
        free = AT_ONCE - len(self._busy)
        if free <= 0:
            return 0
        async with self._store.look() as tx:
            due = await tx.outbox.due(self._now(), but=[*self._busy, *self._pacing.resting(LONGEST_WAIT)])
            incidents = await tx.incidents.of({delivery.incident for delivery in due})
        by_place = sorted(due, key=lambda delivery: delivery.conversation.id)
        places = [list(group) for _, group in groupby(by_place, key=lambda delivery: delivery.conversation.id)]
        for place in places[:free]:
            self._begin(place, incidents, ended)
        return min(free, len(places))

    def _begin(self, place: list[Delivery], incidents: Mapping[int, Incident], ended: Callable[[], None]) -> None:
        conversation = place[0].conversation.id

        def over(task: asyncio.Task[None]) -> None:
            self._busy.pop(conversation, None)
            if not task.cancelled() and (error := task.exception()) is not None:
                _tell(error)
            ended()

        task = asyncio.create_task(self._in_order(place, incidents))
        self._busy[conversation] = task
        task.add_done_callback(over)

    async def stop(self) -> None:
        """Begin nothing more, and let go of what is under way."""
        tasks = list(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def seconds_to_wait(self, most: float) -> float:
        """How long nothing will be due, unless something new comes."""
        async with self._store.look() as tx:
            at = await tx.outbox.next_due()
        return most if at is None else min(most, max(0.05, (at - self._now()).total_seconds()))

    # --- One conversation ---

    async def _in_order(self, deliveries: Iterable[Delivery], incidents: Mapping[int, Incident]) -> None:
        for delivery in deliveries:
            try:
                if not await self._one(delivery, incidents.get(delivery.incident)):
                    return
            except TryLater as error:
                await self._later(delivery, error)
                return
            except CardGone:
                await self._settling.settle(settling.card_gone(delivery))
            except Undeliverable as error:
                await self._bury(delivery, error)
            except Exception:
                # Nothing is lost: what is not settled is due again, after a rest.
                self._pacing.refused(delivery.conversation.id, 1.0)
                raise

    async def _one(self, delivery: Delivery, incident: Incident | None) -> bool:
        """Deliver; False where the conversation's window is closed for long."""
        if incident is None:
            raise Undeliverable(f"There is no incident {delivery.incident}.")
        if not await self._turn(delivery):
            return False
        if delivery.kind is DeliveryKind.NOTE:
            await self._note(delivery)
        elif delivery.posted is not None:
            await self._update(delivery, delivery.posted, incident)
        else:
            await self._post(delivery, incident)
        return True

    async def _turn(self, delivery: Delivery) -> bool:
        """Wait until Teams' windows let one more message through, and count it."""
        place = delivery.conversation.id
        while (wait := self._pacing.wait_of(place)) > 0:
            if wait > LONGEST_WAIT:
                return False
            await self._sleep(wait)
        async with self._gate:
            while (wait := self._pacing.wait_in_all()) > 0:
                await self._sleep(wait)
            self._pacing.sent(place)
        return True

    async def _update(self, delivery: Delivery, posted: Posted, incident: Incident) -> None:
        card = self._render(incident)
        self._still_leads()
        await self._messenger.update(delivery.conversation, posted, *card)
        await self._stands(delivery, posted, incident)

    async def _post(self, delivery: Delivery, incident: Incident) -> None:
        if delivery.uncertain and (found := await self._found(delivery, marker(delivery.incident))):
            await self._update(delivery, found, incident)
            return
        card = self._render(incident)
        async with self._posting:
            await self._settling.settle(settling.sending(delivery))
            self._still_leads()
            posted = await self._messenger.post(delivery.conversation, *card)
            await self._stands(delivery, posted, incident)

    async def _note(self, delivery: Delivery) -> None:
        if delivery.posted is None:
            return
        async with self._posting:
            if not (delivery.uncertain and await self._found(delivery, delivery.text)):
                await self._settling.settle(settling.sending(delivery))
                self._still_leads()
                await self._messenger.note(delivery.conversation, delivery.posted, delivery.text)
            await self._settling.settle(settling.sent_note(delivery))

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

    # --- How it ended ---

    async def _stands(self, delivery: Delivery, posted: Posted, incident: Incident) -> None:
        not_before = self._now() + BETWEEN_UPDATES
        await self._settling.settle(settling.sent_card(delivery, posted, incident.revision, not_before))
        log.info("delivered", extra={"incident": delivery.incident, "revision": incident.revision})

    async def _later(self, delivery: Delivery, error: TryLater) -> None:
        gap = min(LONGEST_GAP, FIRST_GAP * 2 ** min(delivery.attempts, 16))
        at = self._now() + max(gap, timedelta(seconds=error.after or 0))
        if error.after:
            self._pacing.refused(delivery.conversation.id, error.after)
        uncertain = error.uncertain or delivery.uncertain
        await self._settling.settle(settling.retry(delivery, at, uncertain=uncertain))
        log.warning("delivery put off: %s", error, extra={"incident": delivery.incident})

    async def _bury(self, delivery: Delivery, error: Undeliverable) -> None:
        await self._settling.settle(settling.buried(delivery, str(error)))
        if error.gone:
            async with self._store.begin() as tx:
                await tx.conversations.close(delivery.conversation.id)
        log.error("undeliverable: %s", error, extra={"incident": delivery.incident})


def _tell(error: BaseException) -> None:
    if isinstance(error, StoreDown | Deposed):
        log.warning("a delivery was not ended: %s", str(error) or "another replica leads")
    else:
        log.error("a delivery failed in an unforeseen way", exc_info=error)
