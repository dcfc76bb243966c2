"""Everything that happened to an incident, in order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import timeline
from bot.model import Severity, TimelineEntry, Told

MOST_TEXT = 300


class Timeline:
    """Steps are only ever added."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, incident: int, step: TimelineEntry) -> None:
        await self.add_all([(incident, step)])

    async def add_all(self, steps: Iterable[tuple[int, TimelineEntry]]) -> None:
        """The same for many incidents, by their numbers."""
        rows = [
            {
                "incident": incident,
                "at": step.at,
                "kind": step.kind,
                "by": step.by,
                "text": step.text[:MOST_TEXT],
                "told": _written(step.told or Told()),
            }
            for incident, step in steps
        ]
        if rows:
            await self._connection.execute(timeline.insert(), rows)

    async def of(self, incident: int, limit: int = 100) -> list[TimelineEntry]:
        """The newest steps of an incident, oldest first."""
        rows = await self._connection.execute(
            select(timeline).where(timeline.c.incident == incident).order_by(timeline.c.id.desc()).limit(limit)
        )
        return [_step(row) for row in reversed(rows.all())]

    async def since(self, at: datetime) -> dict[int, list[TimelineEntry]]:
        """All steps of every incident that something happened to since a time, oldest first."""
        lately = select(timeline.c.incident).where(timeline.c.at >= at)
        rows = await self._connection.execute(
            select(timeline).where(timeline.c.incident.in_(lately)).order_by(timeline.c.id)
        )
        found: dict[int, list[TimelineEntry]] = {}
        for row in rows:
            found.setdefault(row.incident, []).append(_step(row))
        return found


def _step(row: Any) -> TimelineEntry:
    told = None if row.told is None else _read(row.told)
    return TimelineEntry(at=row.at, kind=row.kind, by=row.by, text=row.text, told=told)


def _written(told: Told) -> str:
    words = ("card" if told.card else "", "note" if told.note else "", told.severity or "")
    return " ".join(word for word in words if word)


def _read(text: str) -> Told:
    words = set(text.split())
    severity = next((each for each in Severity if each in words), None)
    return Told(card="card" in words, note="note" in words, severity=severity)
