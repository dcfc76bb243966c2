"""Rows of the logs that were not as they should be, counted by source and by what was wrong."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import broken
from bot.adapters.store.sql import insert
from bot.model import BrokenRow, BrokenRows, Wrong

_fields = msgspec.json.Decoder(tuple[str, ...]).decode


class Broken:
    """The counts never go down; of the rows themselves only the names of the last one's wrong fields are kept."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, source: str, rows: Iterable[BrokenRow], now: datetime) -> None:
        """Count rows of a source."""
        by_reason: dict[Wrong, list[BrokenRow]] = {}
        for row in rows:
            by_reason.setdefault(row.why, []).append(row)
        for why, alike in by_reason.items():
            added, unused = len(alike), sum(not row.used for row in alike)
            fields = msgspec.json.encode(alike[-1].fields).decode()
            statement = insert(self._connection, broken).values(
                source=source, why=why.value, total=added, unused=unused, last_at=now, fields=fields
            )
            more = {"total": broken.c.total + added, "unused": broken.c.unused + unused}
            await self._connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["source", "why"], set_={**more, "last_at": now, "fields": fields}
                )
            )

    async def all(self) -> tuple[BrokenRows, ...]:
        """What was counted, the most of a source first."""
        rows = await self._connection.execute(select(broken).order_by(broken.c.source, broken.c.total.desc()))
        return tuple(
            BrokenRows(
                source=row.source,
                why=Wrong(row.why),
                count=row.total,
                unused=row.unused,
                last_at=row.last_at,
                fields=_fields(row.fields),
            )
            for row in rows
        )
