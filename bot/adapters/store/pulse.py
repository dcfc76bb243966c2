"""When the watch looked last, and an absence that is still to be told."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import pulse
from bot.adapters.store.sql import upsert
from bot.model import Pulse

ONLY = 1


class Pulses:
    """One row."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self) -> Pulse | None:
        """None before the first look ever."""
        row = (await self._connection.execute(select(pulse))).first()
        return None if row is None else Pulse(at=row.at, since=row.since, until=row.until)

    async def save(self, now: Pulse) -> None:
        row = {"id": ONLY, "at": now.at, "since": now.since, "until": now.until}
        await upsert(self._connection, pulse, [row], key="id")
