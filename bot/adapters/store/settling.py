"""What becomes of deliveries, stored many at a time: while one transaction commits, the next ones gather."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, Update, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import cards, notes, posts, told
from bot.adapters.store.sql import among
from bot.model import Delivery, DeliveryKind, Posted, Value
from bot.model.telling import Ended
from bot.ports import Clock

if TYPE_CHECKING:
    from bot.adapters.store.engine import Store

MOST_TEXT = 500
BETWEEN_UPDATES = timedelta(seconds=2)
"""How long a card is left alone after it was sent or brought up to date."""

_UNDER_WAY = {"sending": True}

REPORT = "syncwatch-given-up-"
"""What the marker of a card begins with that tells what was given up: of such a card, nothing is told when it is itself."""


class Outcome(Value, frozen=True, kw_only=True):
    """New values of a delivery's row, by column. `ended` is what is kept of it for `who-was-told`, with a text."""

    delivery: Delivery
    values: dict[str, Any]
    ended: Ended | None = None
    text: str = ""


def sending(delivery: Delivery) -> Outcome:
    """A post is under way: should we die now, its outcome is not known."""
    return Outcome(delivery=delivery, values=_UNDER_WAY)


def sent_card(delivery: Delivery, posted: Posted, revision: int, now: datetime) -> Outcome:
    """The card stands and shows a revision; it may be updated again after a while."""
    not_before = now + BETWEEN_UPDATES
    values = {"shown": revision, "activity_id": posted.activity_id, "thread_id": posted.thread_id, "sending": False}
    values |= {"attempts": 0, "not_before": not_before, "since": not_before}
    return Outcome(delivery=delivery, values=values, ended=None if delivery.posted else Ended.DELIVERED)


def sent_note(delivery: Delivery) -> Outcome:
    return Outcome(
        delivery=delivery, values={"done": True, "sending": False}, ended=Ended.DELIVERED, text=delivery.text
    )


def dropped_note(delivery: Delivery) -> Outcome:
    """Who receives it takes no notes, so that nothing was told."""
    return Outcome(delivery=delivery, values={"done": True, "sending": False})


def sent_post(delivery: Delivery, now: datetime, posted: Posted) -> Outcome:
    """A card of its own stands, and shows what it should."""
    values = {"done": True, "shown": delivery.revision, "sending": False, "attempts": 0, "not_before": now}
    values |= {"activity_id": posted.activity_id, "thread_id": posted.thread_id}
    ended = None if delivery.posted else Ended.DELIVERED
    return Outcome(delivery=delivery, values=values, ended=ended, text=delivery.text)


def card_gone(delivery: Delivery) -> Outcome:
    """The card that stood is gone: the next delivery posts a new one."""
    values = {"activity_id": "", "thread_id": "", "sending": False, "not_before": None}
    return Outcome(delivery=delivery, values=values, ended=Ended.CARD_GONE)


def retry(delivery: Delivery, at: datetime, *, uncertain: bool) -> Outcome:
    values = {"attempts": delivery.attempts + 1, "not_before": at, "sending": uncertain}
    return Outcome(delivery=delivery, values=values)


def buried(delivery: Delivery, reason: str) -> Outcome:
    """Given up, and why."""
    values = {"dead": reason[:MOST_TEXT] or "no reason was told", "sending": False}
    return Outcome(delivery=delivery, values=values, ended=Ended.GIVEN_UP, text=reason)


async def save(connection: AsyncConnection, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Store outcomes of different deliveries, a statement for each kind, and what is kept of them."""
    for (table, names), some in groupby(sorted(outcomes, key=_shape), key=_shape):
        rows = [
            {"row": each.delivery.id} | {f"to_{name}": value for name, value in each.values.items()} for each in some
        ]
        await connection.execute(_statement(table, names), rows)
    if kept := [_kept(each, now) for each in outcomes if each.ended is not None]:
        await connection.execute(told.insert(), kept)


async def withdrawn(connection: AsyncConnection, outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
    """Those by which a note is to be under way that was taken back since it was found due."""
    begun = [each for each in outcomes if each.delivery.kind is DeliveryKind.NOTE and each.values == _UNDER_WAY]
    if not begun:
        return ()
    there = select(notes.c.id).where(among(connection, notes.c.id, (each.delivery.id for each in begun)))
    known = set((await connection.execute(there)).scalars())
    return [each for each in begun if each.delivery.id not in known]


@cache
def _statement(kind: str, names: tuple[str, ...]) -> Update:
    """There are few shapes of outcomes, and each is built once."""
    table = _TABLES[kind]
    return update(table).where(table.c.id == bindparam("row")).values({name: bindparam(f"to_{name}") for name in names})


def _kept(outcome: Outcome, now: datetime) -> dict[str, Any]:
    delivery = outcome.delivery
    return {
        "incident": delivery.incident,
        "conversation_id": delivery.conversation.id,
        "at": now,
        "what": delivery.kind.value,
        "ended": outcome.ended,
        "text": outcome.text[:MOST_TEXT],
        "attempts": delivery.attempts + 1,
        "unreported": outcome.ended is Ended.GIVEN_UP and not delivery.marker.startswith(REPORT),
    }


_TABLES: dict[str, Table] = {DeliveryKind.CARD: cards, DeliveryKind.NOTE: notes, DeliveryKind.POST: posts}


def _shape(outcome: Outcome) -> tuple[str, tuple[str, ...]]:
    return outcome.delivery.kind.value, tuple(outcome.values)


class Settling:
    """Waits for the commit of each outcome, and commits all that wait together."""

    def __init__(self, store: Callable[[], Store], now: Clock) -> None:
        self._store = store
        self._now = now
        self._waiting: list[tuple[Outcome, asyncio.Future[bool]]] = []
        self._flushing: asyncio.Task[None] | None = None

    async def settle(self, outcome: Outcome) -> bool:
        """Return when the outcome is stored: whether there is still something to deliver. Raises what the store raised."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((outcome, done))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        return await done

    async def _flush(self) -> None:
        try:
            while self._waiting:
                some, self._waiting = self._waiting, []
                came = await self._saved([outcome for outcome, _ in some])
                for outcome, done in some:
                    if done.done():
                        continue
                    if isinstance(came, Exception):
                        done.set_exception(came)
                    else:
                        done.set_result(outcome not in came)
        finally:
            self._flushing = None

    async def _saved(self, outcomes: Sequence[Outcome]) -> Sequence[Outcome] | Exception:
        """Those of them whose delivery was withdrawn."""
        try:
            async with self._store().begin() as tx:
                await save(tx.connection, outcomes, self._now())
                return await withdrawn(tx.connection, outcomes)
        except Exception as error:  # noqa: BLE001 (each who waits is given it)
            return error
