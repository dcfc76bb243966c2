"""The incidents' table; numbers are given here."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import incidents
from bot.adapters.store.sql import among, pack, upsert
from bot.model import Alert, Incident

_incident = msgspec.msgpack.Decoder(Incident).decode

# Each half by the same index; said in any shorter way, all incidents that ever were are looked through.
_RESOLVED = and_(incidents.c.open.is_(False), incidents.c.changed_at >= bindparam("since"))
_RECENT = select(incidents.c.body).where(or_(incidents.c.open.is_(True), _RESOLVED)).order_by(incidents.c.number)


class Incidents:
    """Incidents, open and past."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, number: int) -> Incident | None:
        found = await self._connection.execute(select(incidents.c.body).where(incidents.c.number == number))
        body = found.scalar()
        return None if body is None else _incident(body)

    async def of(self, numbers: Collection[int]) -> dict[int, Incident]:
        """Those of these numbers that there are."""
        rows = await self._connection.execute(
            select(incidents.c.body).where(among(self._connection, incidents.c.number, numbers))
        )
        return {incident.number: incident for incident in map(_incident, rows.scalars())}

    async def recent(self, since: datetime) -> dict[str, Incident]:
        """Open incidents, and those resolved since a time, by fingerprint (of several the newest)."""
        rows = await self._connection.execute(_RECENT, {"since": since})
        return {incident.alert.fingerprint: incident for incident in map(_incident, rows.scalars())}

    async def open(self) -> list[Incident]:
        rows = await self._connection.execute(
            select(incidents.c.body).where(incidents.c.open).order_by(incidents.c.number)
        )
        return [_incident(body) for body in rows.scalars()]

    async def latest(self, limit: int = 100) -> list[Incident]:
        """The newest incidents, open or not, newest first."""
        rows = await self._connection.execute(select(incidents.c.body).order_by(incidents.c.number.desc()).limit(limit))
        return [_incident(body) for body in rows.scalars()]

    async def some(self, numbers: Iterable[int]) -> dict[int, Incident]:
        """The incidents of these numbers, as they are now."""
        mine = among(self._connection, incidents.c.number, numbers)
        rows = await self._connection.execute(select(incidents.c.body).where(mine).order_by(incidents.c.number))
        return {each.number: each for each in map(_incident, rows.scalars())}

    async def before(self, incident: Incident) -> Incident | None:
        """The last incident of the same rule and cause that is over: of the same job if there is one, else of any."""
        same = incidents.c.fingerprint == incident.alert.fingerprint
        alike = incidents.c.likeness == likeness(incident.alert)
        return await self._last(same, incident) or await self._last(alike, incident)

    async def _last(self, which: ColumnElement[bool], before: Incident) -> Incident | None:
        past = select(incidents.c.body).where(which, incidents.c.open.is_(False))
        if before.number:
            past = past.where(incidents.c.number < before.number)
        body = (await self._connection.execute(past.order_by(incidents.c.number.desc()).limit(1))).scalar()
        return None if body is None else _incident(body)

    async def save(self, incident: Incident) -> Incident:
        """Store an incident; a new one (number 0) is given the next number, which is in the answer."""
        if incident.number:
            await self._connection.execute(
                update(incidents).where(incidents.c.number == incident.number).values(row_of(incident))
            )
            return incident
        newest = (await self._connection.execute(select(func.max(incidents.c.number)))).scalar() or 0
        numbered = msgspec.structs.replace(incident, number=newest + 1)
        await self._connection.execute(incidents.insert().values(row_of(numbered)))
        return numbered

    async def save_known(self, known: Iterable[Incident]) -> None:
        """Store incidents that have their numbers."""
        await upsert(self._connection, incidents, [row_of(incident) for incident in known], key="number")


def row_of(incident: Incident) -> dict[str, Any]:
    """An incident as it is stored."""
    return {
        "number": incident.number,
        "fingerprint": incident.alert.fingerprint,
        "open": incident.open,
        "changed_at": incident.changed_at,
        "body": pack(incident),
        "likeness": likeness(incident.alert),
    }


def likeness(alert: Alert) -> str:
    """What alerts of one rule and cause have in common, whatever their job."""
    return f"{alert.rule}/{alert.key}"
