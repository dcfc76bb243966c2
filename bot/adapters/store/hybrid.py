"""The state of the sync with Active Directory at the last look."""

from __future__ import annotations

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import checks
from bot.adapters.store.sql import insert, pack
from bot.model import DirectorySync

sync_of = msgspec.msgpack.Decoder(DirectorySync).decode
KIND = "dirsync"


class HybridState:
    """One row; only the last look counts."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def save(self, state: DirectorySync) -> None:
        """Replace what was seen before."""
        statement = insert(self._connection, checks).values(kind=KIND, job_id="", body=pack(state))
        changed = statement.on_conflict_do_update(index_elements=["kind", "job_id"], set_={"body": pack(state)})
        await self._connection.execute(changed)

    async def get(self) -> DirectorySync | None:
        """What was seen last; None before the first look."""
        body = (await self._connection.execute(select(checks.c.body).where(checks.c.kind == KIND))).scalar()
        return None if body is None else sync_of(body)
