"""Sums over everything that was counted and everything that fails: what an analysis shows of a whole log."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import hours, ledger
from bot.ledger import Entry
from bot.model import Failure

_entry = msgspec.msgpack.Decoder(Entry).decode


class Sum(NamedTuple):
    """Rows of one job, action and status, and the hours of the first and the last of them."""

    job_id: str
    action: str
    status: str
    rows: int
    first: datetime
    last: datetime


class Totals:
    """Reads only."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def sums(self) -> list[Sum]:
        """Rows by job, action and status, over all hours."""
        what = (hours.c.job_id, hours.c.action, hours.c.status)
        found = await self._connection.execute(
            select(*what, func.sum(hours.c.count), func.min(hours.c.hour), func.max(hours.c.hour)).group_by(*what)
        )
        return [Sum(*row) for row in found]

    async def by_hour(self) -> list[tuple[datetime, str, int]]:
        """Rows by hour and status, in the order of time."""
        what = (hours.c.hour, hours.c.status)
        found = await self._connection.execute(
            select(*what, func.sum(hours.c.count)).group_by(*what).order_by(hours.c.hour)
        )
        return [(at, status, rows) for at, status, rows in found]

    async def longest_failing(self, most: int) -> list[Failure]:
        """What fails now, what has failed for longest first."""
        found = await self._connection.execute(
            select(ledger.c.body)
            .where(ledger.c.cleared_at.is_(None))
            .order_by(ledger.c.first_seen, ledger.c.job_id, ledger.c.object_id)
            .limit(most)
        )
        return [_entry(body).failure for body in found.scalars()]
