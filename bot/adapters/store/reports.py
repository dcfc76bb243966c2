"""Sums over a period, for reports."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import audit, hours, incidents, ledger, timeline
from bot.ledger import Entry
from bot.model import Acted, Cause, Incident

_entry = msgspec.msgpack.Decoder(Entry).decode
_incident = msgspec.msgpack.Decoder(Incident).decode


class Reports:
    """Reads only; a period is from its beginning to before its end, in whole hours."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def rows(self, since: datetime, until: datetime) -> dict[str, dict[str, int]]:
        """How many rows each job had, by status."""
        found = await self._connection.execute(
            select(hours.c.job_id, hours.c.status, func.sum(hours.c.count))
            .where(hours.c.hour >= since, hours.c.hour < until)
            .group_by(hours.c.job_id, hours.c.status)
        )
        sums: dict[str, dict[str, int]] = {}
        for job_id, status, count in found:
            sums.setdefault(job_id, {})[status] = count
        return sums

    async def failed_by_hour(self, since: datetime, until: datetime) -> dict[datetime, int]:
        found = await self._connection.execute(
            select(hours.c.hour, func.sum(hours.c.count).label("rows"))
            .where(hours.c.status == "failure", hours.c.hour >= since, hours.c.hour < until)
            .group_by(hours.c.hour)
        )
        return {row.hour: row.rows for row in found}

    async def causes(self, since: datetime, until: datetime, most: int) -> list[tuple[str, int]]:
        """The causes that most rows failed for."""
        rows = func.sum(hours.c.count)
        found = await self._connection.execute(
            select(hours.c.cause, rows)
            .where(hours.c.status == "failure", hours.c.hour >= since, hours.c.hour < until)
            .group_by(hours.c.cause)
            .order_by(rows.desc(), hours.c.cause)
            .limit(most)
        )
        return [(cause, count) for cause, count in found]

    async def spelt(self, keys: Iterable[str], since: datetime) -> dict[str, Cause]:
        """The causes of those keys as the log writes them, as far as the ledger has met them since a time."""
        found: dict[str, Cause] = {}
        for key in keys:
            one = select(ledger.c.body).where(ledger.c.last_seen >= since, ledger.c.cause == key).limit(1)
            if (body := (await self._connection.execute(one)).scalar()) is not None:
                found[key] = _entry(body).failure.cause
        return found

    async def steps(self, kind: str, since: datetime, until: datetime) -> int:
        """How many incidents had a step of this kind in their timeline."""
        found = await self._connection.execute(
            select(func.count(func.distinct(timeline.c.incident))).where(
                timeline.c.kind == kind, timeline.c.at >= since, timeline.c.at < until
            )
        )
        return int(found.scalar() or 0)

    async def open(self) -> list[Incident]:
        """What is open, the oldest first."""
        found = await self._connection.execute(
            select(incidents.c.body).where(incidents.c.open).order_by(incidents.c.number)
        )
        return sorted(map(_incident, found.scalars()), key=lambda each: (each.opened_at, each.number))

    async def acted(self, commands: list[str], since: datetime, until: datetime, most: int) -> list[Acted]:
        """Who ran these commands, and how often."""
        times = func.count()
        who = func.max(audit.c.person_name)
        found = await self._connection.execute(
            select(audit.c.person_id, who, audit.c.command, times)
            .where(audit.c.command.in_(commands), audit.c.outcome.startswith("done"))
            .where(audit.c.at >= since, audit.c.at < until)
            .group_by(audit.c.person_id, audit.c.command)
            .order_by(times.desc(), audit.c.person_id, audit.c.command)
            .limit(most)
        )
        return [Acted(who=name or person, what=command, times=count) for person, name, command, count in found]
