"""How far the rows of each job have come, by source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import arrivals, microseconds, owed
from bot.adapters.store.sql import insert, many, upsert
from bot.model import Arrival, Owed, ProvisioningEvent


class Arrivals:
    """The newest row of each job that each source has shown."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> tuple[Arrival, ...]:
        rows = await self._connection.execute(select(arrivals).order_by(arrivals.c.source, arrivals.c.job_id))
        return tuple(Arrival(source=row.source, job_id=row.job_id, newest=row.newest) for row in rows)

    async def owed(self) -> tuple[Owed, ...]:
        """Jobs whose rows are still to come, and since which cycle."""
        rows = await self._connection.execute(select(owed).order_by(owed.c.job_id))
        return tuple(Owed(job_id=row.job_id, at=row.at) for row in rows)

    async def owe(self, now: Mapping[str, datetime]) -> None:
        """Replace what is still to come."""
        await self._connection.execute(delete(owed).where(owed.c.job_id.not_in(list(now))))
        await upsert(
            self._connection, owed, [{"job_id": job_id, "at": at} for job_id, at in sorted(now.items())], key="job_id"
        )

    async def prune(self, before: datetime) -> None:
        """Forget jobs of which nothing came since a time, as those that exist no more."""
        await self._connection.execute(delete(arrivals).where(arrivals.c.newest < before))

    async def save(self, source: str, events: Iterable[ProvisioningEvent]) -> None:
        """Note the rows that a source has shown; an older one than is known changes nothing."""
        newest: dict[str, datetime] = {}
        for event in events:
            at = newest.get(event.job_id)
            if at is None or event.at > at:
                newest[event.job_id] = event.at
        statement = insert(self._connection, arrivals)
        newer = statement.on_conflict_do_update(
            index_elements=["source", "job_id"],
            set_={"newest": statement.excluded.newest},
            where=statement.excluded.newest > arrivals.c.newest,
        )
        rows = [(source, job_id, microseconds(at)) for job_id, at in sorted(newest.items())]
        await many(self._connection, newer, rows)
