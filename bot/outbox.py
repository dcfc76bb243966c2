"""Delivers what the outbox holds: at least once, in order in each lane, within Teams' windows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from math import inf

from bot.adapters.store import Store, settling
from bot.adapters.store.settling import Settling
from bot.finding import Finding
from bot.model import Delivery, Incident, Value
from bot.model.lane import Lane, by_lane
from bot.pacing import Pacing
from bot.ports import CardGone, Clock, Deposed, Moved, StoreDown, TryLater, Undeliverable
from bot.queueing import Queue
from bot.sending import Receivers, Render, Sender
from bot.setbacks import Setbacks
from bot.turns import Turns
from bot.underway import AT_ONCE, Room, UnderWay

log = logging.getLogger(__name__)

AFTER_A_FAULT = 1.0


class Look(Value, frozen=True, kw_only=True):
    """What came of a look at the outbox: how many lanes were begun, and whether to look for `more` at once; otherwise for how
    many seconds nothing else falls due that is known now.
    """

    begun: int = 0
    more: bool = False
    wait: float = inf


class Deliverer:
    """Takes what is due, lane by lane: one delivery in flight in each, many lanes at once.

    `problem` says why what was sent last could not be written down; "" where it was.
    """

    def __init__(
        self,
        *,
        store: Store,
        receivers: Receivers,
        render: Render,
        now: Clock,
        pacing: Pacing,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        may_act: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store = store
        self._now = now
        self._pacing = pacing
        self._turns = Turns(pacing, sleep)
        self._settling = Settling(lambda: self._store, now)
        self._sender = Sender(
            receivers=receivers,
            settling=self._settling,
            render=render,
            now=now,
            may_act=may_act,
            turn=self._turns.turn,
        )
        self.problem = ""
        self._queue = Queue()
        self._setbacks = Setbacks(
            store=lambda: self._store, settling=self._settling, queue=self._queue, pacing=pacing, now=now
        )
        self._under_way = UnderWay()
        self._finding = Finding(queue=self._queue, turns=self._turns, under_way=self._under_way)

    @property
    def crowded(self) -> bool:
        """Whether so much is under way that looking for more may wait until several of them have ended."""
        return min(self._under_way.free(in_teams=each) for each in (True, False)) < AT_ONCE // 2

    # --- What is due ---

    async def deliver(self) -> int:
        """Try everything that is due once; how many lanes there were."""
        found = await self.look()
        await asyncio.gather(*self._under_way.tasks)
        return found.begun

    async def look(self, ended: Callable[[], None] = lambda: None) -> Look:
        """Begin with what is due in lanes that are idle. `ended` is called whenever there is room for more."""
        now = self._now()
        async with self._store.look() as tx:
            due, more = await self._finding.due(tx, now)
            incidents = await tx.incidents.of({delivery.incident for delivery in due}) if due else {}
            begun = self._begin_all(due, incidents, ended)
            if more:
                return Look(begun=begun, more=begun > 0)
            at = await tx.outbox.next_due(now)
        return Look(begun=begun, wait=inf if at is None else (at - now).total_seconds())

    def _begin_all(self, due: Iterable[Delivery], incidents: Mapping[int, Incident], ended: Callable[[], None]) -> int:
        lanes = by_lane(due)
        if not lanes and not self._under_way.tasks:
            self.problem = ""
        begun = 0
        for lane, deliveries in lanes.items():
            place = deliveries[0].conversation
            if self._under_way.knows(lane.place) or self._under_way.free(in_teams=place.in_teams) > 0:
                self._begin(lane, deliveries, incidents, ended)
                begun += 1
        return begun

    def _begin(
        self,
        lane: Lane,
        deliveries: Sequence[Delivery],
        incidents: Mapping[int, Incident],
        ended: Callable[[], None],
    ) -> None:
        def over(task: asyncio.Task[None]) -> None:
            more = self._under_way.ended(lane)
            error = None if task.cancelled() else task.exception()
            self.problem = str(error) if isinstance(error, StoreDown) else ""
            if error is not None:
                _tell(error)
            if more:
                ended()

        room = self._under_way.room(deliveries[0].conversation)
        task = asyncio.create_task(self._in_order(room, deliveries, incidents))
        self._under_way.began(lane, task)
        task.add_done_callback(over)

    async def stop(self) -> None:
        """Begin nothing more, and let go of what is under way."""
        tasks = self._under_way.tasks
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._queue.forget()

    # --- One lane ---

    async def _in_order(self, room: Room, deliveries: Iterable[Delivery], incidents: Mapping[int, Incident]) -> None:
        async with room.turns:
            for delivery in deliveries:
                try:
                    if room.shut or not await self._turns.soon(delivery.conversation):
                        return
                    if not await self._one(room, delivery, incidents.get(delivery.incident)):
                        return
                except Exception:
                    # Nothing is lost: what is not settled is due again, after a rest.
                    room.shut = True
                    self._pacing.refused(delivery.conversation.id, AFTER_A_FAULT)
                    raise

    async def _one(self, room: Room, delivery: Delivery, incident: Incident | None) -> bool:
        """Send it and settle how that ended; whether what is behind it may go on at once."""
        try:
            await self._sender.send(delivery, incident)
        except Moved:
            return False  # it is another conversation's by now, and may be under way there already
        except TryLater as error:
            await self._setbacks.put_off(delivery, error)
            return False
        except CardGone:
            await self._settling.settle(settling.card_gone(delivery))
        except Undeliverable as error:
            room.shut |= error.gone
            await self._setbacks.bury(delivery, error)
            return not error.gone
        except (StoreDown, Deposed):
            raise
        except Exception:  # noqa: BLE001 (it is logged, with a reference)
            return await self._setbacks.stumbled(delivery)
        self._setbacks.over(delivery)
        return True


def _tell(error: BaseException) -> None:
    if isinstance(error, StoreDown | Deposed):
        log.warning("a delivery was not ended: %s", str(error) or "another replica leads")
    else:
        log.error("a delivery failed in an unforeseen way", exc_info=error)
