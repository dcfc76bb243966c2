"""Which conversations want a digest, and when the next is due."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import digests
from bot.adapters.store.sql import insert
from bot.model import Digest, Every


class Digests:
    """At most one a conversation."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def want(self, digest: Digest) -> None:
        """Remember that a conversation wants one; what it wanted before is replaced."""
        row = {"every": digest.every.value, "next_at": digest.next_at, "asked_by": digest.asked_by}
        statement = insert(self._connection, digests).values(conversation_id=digest.conversation_id, **row)
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["conversation_id"], set_=row))

    async def drop(self, conversation_id: str) -> None:
        await self._connection.execute(delete(digests).where(digests.c.conversation_id == conversation_id))

    async def of(self, conversation_id: str) -> Digest | None:
        found = await self._connection.execute(select(digests).where(digests.c.conversation_id == conversation_id))
        row = found.first()
        return None if row is None else _digest(row)

    async def due(self, now: datetime) -> list[Digest]:
        found = await self._connection.execute(
            select(digests).where(digests.c.next_at <= now).order_by(digests.c.conversation_id)
        )
        return [_digest(row) for row in found]

    async def put_off(self, conversation_id: str, next_at: datetime) -> None:
        """The one that was due is done with; this is when the next is."""
        await self._connection.execute(
            update(digests).where(digests.c.conversation_id == conversation_id).values(next_at=next_at)
        )


def _digest(row: object) -> Digest:
    conversation_id, every, next_at, asked_by = row  # type: ignore[misc]
    return Digest(conversation_id=conversation_id, every=Every(every), next_at=next_at, asked_by=asked_by)  # pyright: ignore[reportUnknownArgumentType]
