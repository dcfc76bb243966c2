"""What is remembered of each job, by job."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import memories
from bot.adapters.store.sql import pack, upsert
from bot.model import Memory

_memory = msgspec.msgpack.Decoder(Memory).decode


class Memories:
    """One row a job, also for jobs that are gone since not long."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> dict[str, Memory]:
        rows = await self._connection.execute(select(memories.c.body))
        return {memory.job_id: memory for memory in map(_memory, rows.scalars())}

    async def replace(self, now: Mapping[str, Memory]) -> None:
        """Remember these, and forget all others."""
        known = (await self._connection.execute(select(memories.c.job_id))).scalars()
        if forgotten := set(known) - now.keys():
            await self._connection.execute(delete(memories).where(memories.c.job_id.in_(forgotten)))
        rows = [{"job_id": job_id, "body": pack(memory)} for job_id, memory in now.items()]
        await upsert(self._connection, memories, rows, key="job_id")
