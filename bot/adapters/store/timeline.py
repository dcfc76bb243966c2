"""Everything that happened to an incident, in order."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import timeline
from bot.model import TimelineEntry

MOST_TEXT = 300


class Timeline:
    """Steps are only ever added."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, incident: int, step: TimelineEntry) -> None:
        await self._connection.execute(
            timeline.insert().values(
                incident=incident, at=step.at, kind=step.kind, by=step.by, text=step.text[:MOST_TEXT]
            )
        )

    async def of(self, incident: int, limit: int = 100) -> list[TimelineEntry]:
        """The newest steps of an incident, oldest first."""
        rows = await self._connection.execute(
            select(timeline).where(timeline.c.incident == incident).order_by(timeline.c.id.desc()).limit(limit)
        )
        return [TimelineEntry(at=row.at, kind=row.kind, by=row.by, text=row.text) for row in reversed(rows.all())]
