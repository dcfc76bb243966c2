"""How one delivery is sent: never a card twice where we can look, and nothing by one who no longer leads."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Protocol

import msgspec
from msgspec.structs import replace

from bot.adapters.store import settling
from bot.adapters.store.settling import Settling
from bot.model import Conversation, Delivery, DeliveryKind, Incident, Posted
from bot.ports import CannotLook, Card, Clock, Deposed, Message, NotTaken, Receiver, SourceDown, TryLater, Undeliverable
from bot.setbacks import about
from cards.incident import marker
from cards.notes import called

log = logging.getLogger(__name__)

Receivers = Callable[[Conversation], Receiver]
"""Which receiver speaks to a conversation. Raises Undeliverable where there is none."""


class Render(Protocol):
    """Draws an incident's card as it is to stand in a conversation, and the sentence for its notification."""

    def __call__(self, incident: Incident, conversation: Conversation, /) -> tuple[Card, str]: ...


class Sender:
    """Sends what is due to its receiver, and settles that it was sent. `may_act` says whether this process leads, `turn` waits
    until one more message may leave.
    """

    def __init__(
        self,
        *,
        receivers: Receivers,
        settling: Settling,
        render: Render,
        now: Clock,
        may_act: Callable[[], bool],
        turn: Callable[[Conversation], AbstractAsyncContextManager[None]],
    ) -> None:
        self._receivers = receivers
        self._settling = settling
        self._render = render
        self._now = now
        self._may_act = may_act
        self._turn = turn
        self._posting = dict[Receiver, asyncio.Lock]()

    async def send(self, delivery: Delivery, incident: Incident | None) -> None:
        """Raises TryLater, CardGone, Undeliverable, Deposed, and what the store raised."""
        receiver = self._receivers(delivery.conversation)
        if delivery.kind is DeliveryKind.POST:
            await self._once(receiver, delivery)
        elif incident is None:
            raise Undeliverable(f"There is no incident {delivery.incident}.")
        elif delivery.kind is DeliveryKind.NOTE:
            await self._note(receiver, delivery, incident)
        elif delivery.posted is not None:
            await self._update(receiver, delivery, delivery.posted, incident)
        else:
            await self._post(receiver, delivery, incident)

    # --- An incident's card, its notes, and cards of their own ---

    async def _update(self, receiver: Receiver, delivery: Delivery, posted: Posted, incident: Incident) -> None:
        message = self._message(delivery, incident, f"incident-{incident.number}-{incident.revision}")
        async with self._calling(delivery):
            await receiver.update(delivery.conversation, posted, message)
        await self._stands(delivery, posted, incident)

    async def _post(self, receiver: Receiver, delivery: Delivery, incident: Incident) -> None:
        message = self._message(delivery, incident, f"incident-{incident.number}")
        if delivery.uncertain and (found := await self._found(receiver, delivery, message.marker)):
            await self._update(receiver, delivery, found, incident)
            return
        async with self._one_at_a_time(receiver):
            await self._may_arrive(delivery)
            async with self._calling(delivery):
                posted = await receiver.post(delivery.conversation, replace(message, repeated=delivery.uncertain))
            await self._stands(delivery, posted, incident)

    async def _note(self, receiver: Receiver, delivery: Delivery, incident: Incident) -> None:
        if delivery.posted is None:
            return
        async with self._one_at_a_time(receiver):
            if not (delivery.uncertain and await self._found(receiver, delivery, _in_one_piece(delivery))):
                if not await self._may_arrive(delivery):
                    return  # somebody's quiet has begun since it was due, and a digest tells of it
                message = replace(self._message(delivery, incident, f"note-{delivery.id}"), mention=delivery.mention)
                try:
                    async with self._calling(delivery):
                        await receiver.note(delivery.conversation, delivery.posted, delivery.text, message)
                except NotTaken:
                    await self._settling.settle(settling.dropped_note(delivery))
                    return
            await self._settling.settle(settling.sent_note(delivery))

    async def _once(self, receiver: Receiver, delivery: Delivery) -> None:
        """A card of its own, posted once; the few that live on are updated where they stand."""
        key = f"post-{delivery.id}{f'-{delivery.revision}' if delivery.posted else ''}"
        card = msgspec.json.decode(delivery.card)
        message = Message(card=card, summary=delivery.text, key=key, marker=delivery.marker)
        if delivery.posted is not None:
            async with self._calling(delivery):
                await receiver.update(delivery.conversation, delivery.posted, message)
            await self._settling.settle(settling.sent_post(delivery, self._now(), delivery.posted))
            return
        async with self._one_at_a_time(receiver):
            posted = await self._found(receiver, delivery, delivery.marker) if delivery.uncertain else None
            if posted is None:
                await self._may_arrive(delivery)
                async with self._calling(delivery):
                    posted = await receiver.post(delivery.conversation, message)
            await self._settling.settle(settling.sent_post(delivery, self._now(), posted))

    # --- With care ---

    def _message(self, delivery: Delivery, incident: Incident, key: str) -> Message:
        card, summary = self._render(incident, delivery.conversation)
        return Message(card=card, summary=summary, key=key, marker=marker(incident), incident=incident)

    async def _may_arrive(self, delivery: Delivery) -> bool:
        """Store, before it is sent, that it may arrive; False where it was withdrawn. A chat is first opened, and nothing sent."""
        return bool(delivery.conversation.unopened) or await self._settling.settle(settling.sending(delivery))

    def _one_at_a_time(self, receiver: Receiver) -> AbstractAsyncContextManager[None]:
        # Where a post whose answer is lost cannot be looked up, no more than one is ever under way.
        return nullcontext() if receiver.looks else self._posting.setdefault(receiver, asyncio.Lock())

    @asynccontextmanager
    async def _calling(self, delivery: Delivery) -> AsyncGenerator[None]:
        """Around each call: wait for its turn, last of all, for whatever took time after that would let calls come too close."""
        async with self._turn(delivery.conversation):
            # A process that was frozen here must not send what its successor has sent by now.
            if not self._may_act():
                raise Deposed
            yield

    async def _found(self, receiver: Receiver, delivery: Delivery, text: str) -> Posted | None:
        try:
            return await receiver.find(delivery.conversation, text)
        except CannotLook as error:
            extra = {**about(delivery), "why": str(error)}
            log.warning("a delivery may arrive twice: it cannot be looked up", extra=extra)
            return None
        except SourceDown as error:
            raise TryLater(str(error), error.after, uncertain=True) from None

    async def _stands(self, delivery: Delivery, posted: Posted, incident: Incident) -> None:
        await self._settling.settle(settling.sent_card(delivery, posted, incident.revision, self._now()))
        log.info("delivered", extra={**about(delivery), "revision": incident.revision})


def _in_one_piece(delivery: Delivery) -> str:
    """The longest part of a note that no mention parts: where it is read back, a name that is called stands in markup."""
    name = called(delivery.mention) if delivery.mention else ""
    return max(delivery.text.split(name), key=len) if name else delivery.text
