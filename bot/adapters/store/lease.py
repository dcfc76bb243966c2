"""The lease by which one of several replicas leads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, extract, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import leader
from bot.adapters.store.sql import insert
from bot.model import Value
from bot.ports import Deposed

ONLY = 1
_MICROSECOND = timedelta(microseconds=1)


class Lease(Value, frozen=True, kw_only=True):
    """Who leads, and what the others have told since: `ends_in` is negative where the time is over."""

    holder: str
    epoch: int
    ends_in: timedelta
    wakes: int
    looks: int


class Leases:
    """One row. Times are the database's own, so that the replicas' clocks need not agree."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self) -> Lease | None:
        """The lease; None before anybody led."""
        left = (leader.c.until - _now(self._connection)).label("left")
        row = (await self._connection.execute(select(leader, left))).first()
        return None if row is None else _lease(row)

    async def take(self, holder: str, lasts: timedelta) -> int:
        """Lead, from now on and for so long; the new epoch. Only for one who knows that the lease is free."""
        known = await self.get()
        epoch = known.epoch + 1 if known else 1
        row = {"holder": holder, "epoch": epoch, "until": self._end(lasts)}
        statement = insert(self._connection, leader).values(id=ONLY, **row)
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=row))
        return epoch

    async def renew(self, epoch: int, lasts: timedelta, *, write: bool = True) -> Lease:
        """Lead for so long from now; or only see that this one still leads. Raises Deposed where another does."""
        if write:
            mine = update(leader).where(leader.c.epoch == epoch)
            await self._connection.execute(mine.values(until=self._end(lasts)))
        lease = await self.get()
        if lease is None or lease.epoch != epoch:
            raise Deposed
        return lease

    async def release(self, epoch: int) -> None:
        """Let another lead at once."""
        await self._connection.execute(update(leader).where(leader.c.epoch == epoch).values(until=0))

    async def check(self, epoch: int) -> None:
        """Raises Deposed where another leads by now. Its row cannot change before the writer who asked has ended."""
        found = (await self._connection.execute(select(leader.c.epoch))).scalar()
        if found != epoch:
            raise Deposed

    async def tell(self, *, wake: bool = False, look: bool = False) -> None:
        """Tell the leader, wherever it runs, that there is something to deliver, or to look at."""
        told = {"wakes": leader.c.wakes + int(wake), "looks": leader.c.looks + int(look)}
        await self._connection.execute(update(leader).values(**told))

    def _end(self, lasts: timedelta) -> ColumnElement[Any]:
        return _now(self._connection) + lasts // _MICROSECOND


def _now(connection: AsyncConnection) -> ColumnElement[Any]:
    """The database's own time, in microseconds since 1970."""
    if connection.dialect.name == "postgresql":
        return cast(extract("epoch", func.clock_timestamp()) * 1_000_000, BigInteger)
    return cast((func.julianday("now") - 2440587.5) * 86_400_000_000, BigInteger)


def _lease(row: Any) -> Lease:
    return Lease(
        holder=row.holder,
        epoch=row.epoch,
        ends_in=int(row.left) * _MICROSECOND,
        wakes=row.wakes,
        looks=row.looks,
    )
