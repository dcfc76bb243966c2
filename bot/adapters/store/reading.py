"""How far each source was read, and the jobs as they were last seen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import cursors, jobs
from bot.adapters.store.sql import insert, pack, upsert
from bot.model import Job

_job = msgspec.msgpack.Decoder(Job).decode


class Reading:
    """Cursors of the sources; the jobs' last known state, so that names are known while Graph is away."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def cursor(self, source: str) -> str:
        """Where the source was read up to; "" before the first read."""
        found = await self._connection.execute(select(cursors.c.cursor).where(cursors.c.source == source))
        return found.scalar() or ""

    async def advance(self, source: str, cursor: str, now: datetime) -> None:
        statement = insert(self._connection, cursors).values(source=source, cursor=cursor, read_at=now)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["source"], set_={"cursor": cursor, "read_at": now})
        )

    async def read_at(self) -> dict[str, datetime]:
        """When something of each source was stored last."""
        rows = await self._connection.execute(select(cursors.c.source, cursors.c.read_at))
        return {row.source: row.read_at for row in rows}

    async def jobs(self) -> dict[str, Job]:
        rows = await self._connection.execute(select(jobs.c.body))
        return {job.id: job for job in map(_job, rows.scalars())}

    async def save_jobs(self, now: Iterable[Job]) -> None:
        """Replace the known jobs."""
        rows = [{"id": job.id, "body": pack(job)} for job in now]
        await self._connection.execute(delete(jobs).where(jobs.c.id.not_in([row["id"] for row in rows])))
        await upsert(self._connection, jobs, rows, key="id")
