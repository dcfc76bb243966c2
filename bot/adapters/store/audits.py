"""Rows of the directory's audit log about provisioning, each kept once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import audits
from bot.adapters.store.sql import pack, upsert
from bot.model import AuditEvent

_event = msgspec.msgpack.Decoder(AuditEvent).decode


class Audits:
    """Who changed what."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def save(self, events: Iterable[AuditEvent]) -> None:
        """Keep rows; one that is there already stays one."""
        rows = {
            event.id: {"id": event.id, "at": event.at, "target_id": event.target_id, "body": pack(event)}
            for event in events
        }
        await upsert(self._connection, audits, list(rows.values()), key="id")

    async def since(self, since: datetime) -> list[AuditEvent]:
        """Rows from a time on, oldest first."""
        rows = await self._connection.execute(
            select(audits.c.body).where(audits.c.at >= since).order_by(audits.c.at, audits.c.id)
        )
        return [_event(body) for body in rows.scalars()]

    async def prune(self, before: datetime) -> None:
        await self._connection.execute(delete(audits).where(audits.c.at < before))
