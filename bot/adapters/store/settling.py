"""What becomes of deliveries, stored many at a time: while one transaction commits, the next ones gather."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Table, bindparam, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.engine import Store
from bot.adapters.store.schema import cards, notes, posts
from bot.model import Delivery, DeliveryKind, Posted, Value


class Outcome(Value, frozen=True, kw_only=True):
    """New values of a delivery's row, by column."""

    delivery: Delivery
    values: dict[str, Any]


def sending(delivery: Delivery) -> Outcome:
    """A post is under way: should we die now, its outcome is not known."""
    return Outcome(delivery=delivery, values={"sending": True})


def sent_card(delivery: Delivery, posted: Posted, revision: int, not_before: datetime) -> Outcome:
    """The card stands and shows a revision; it may be updated again from `not_before` on."""
    values = {"shown": revision, "activity_id": posted.activity_id, "thread_id": posted.thread_id}
    return Outcome(delivery=delivery, values=values | {"sending": False, "attempts": 0, "not_before": not_before})


def sent_note(delivery: Delivery) -> Outcome:
    return Outcome(delivery=delivery, values={"done": True, "sending": False})


def sent_post(delivery: Delivery, now: datetime) -> Outcome:
    return Outcome(delivery=delivery, values={"done": True, "sending": False, "not_before": now})


def card_gone(delivery: Delivery) -> Outcome:
    """The card that stood is gone: the next delivery posts a new one."""
    values = {"activity_id": "", "thread_id": "", "sending": False, "not_before": None}
    return Outcome(delivery=delivery, values=values)


def retry(delivery: Delivery, at: datetime, *, uncertain: bool) -> Outcome:
    values = {"attempts": delivery.attempts + 1, "not_before": at, "sending": uncertain}
    return Outcome(delivery=delivery, values=values)


def buried(delivery: Delivery, reason: str) -> Outcome:
    """Given up, and why."""
    return Outcome(delivery=delivery, values={"dead": reason[:500], "sending": False})


async def save(connection: AsyncConnection, outcomes: Sequence[Outcome]) -> None:
    """Store outcomes of different deliveries, a statement for each kind."""
    for (table, names), some in groupby(sorted(outcomes, key=_shape), key=_shape):
        wanted = _TABLES[table]
        statement = (
            update(wanted).where(wanted.c.id == bindparam("row")).values({n: bindparam(f"to_{n}") for n in names})
        )
        rows = [
            {"row": each.delivery.id} | {f"to_{name}": value for name, value in each.values.items()} for each in some
        ]
        await connection.execute(statement, rows)


_TABLES: dict[str, Table] = {DeliveryKind.CARD: cards, DeliveryKind.NOTE: notes, DeliveryKind.POST: posts}


def _shape(outcome: Outcome) -> tuple[str, tuple[str, ...]]:
    return outcome.delivery.kind.value, tuple(outcome.values)


class Settling:
    """Waits for the commit of each outcome, and commits all that wait together."""

    def __init__(self, store: Callable[[], Store]) -> None:
        self._store = store
        self._waiting: list[tuple[Outcome, asyncio.Future[None]]] = []
        self._flushing: asyncio.Task[None] | None = None

    async def settle(self, outcome: Outcome) -> None:
        """Return when the outcome is stored. Raises what the store raised."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((outcome, done))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        await done

    async def _flush(self) -> None:
        try:
            while self._waiting:
                some, self._waiting = self._waiting, []
                error = await self._saved([outcome for outcome, _ in some])
                for _, done in some:
                    if done.done():
                        continue
                    if error is None:
                        done.set_result(None)
                    else:
                        done.set_exception(error)
        finally:
            self._flushing = None

    async def _saved(self, outcomes: Sequence[Outcome]) -> Exception | None:
        try:
            async with self._store().begin() as tx:
                await save(tx.connection, outcomes)
        except Exception as error:  # noqa: BLE001 (each who waits is given it)
            return error
        return None
