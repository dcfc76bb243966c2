"""What Azure Monitor told, by alert instance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, and_, delete, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import azure_alerts
from bot.adapters.store.sql import MOST_PARAMETERS, pack, slices, upsert
from bot.azure_alerts import merged
from bot.model import AzureAlert, AzureSeries

KEPT, FOLLOWED_KEPT = timedelta(days=30), timedelta(days=2)
"""Azure Monitor itself keeps an alert for 30 days."""

_alert = msgspec.msgpack.Decoder(AzureAlert).decode


class Alerts:
    """Alert instances, and the series that they follow one another in."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def hear(self, heard: Sequence[AzureAlert]) -> list[bool]:
        """Add deliveries to what is known; of each, whether it told anything new."""
        known = await self._known({alert.id for alert in heard})
        news: list[bool] = []
        changed: dict[str, AzureAlert] = {}
        for alert in heard:
            after = merged(before := known.get(alert.id), alert)
            news.append(before is None or _told(after) != _told(before))
            known[alert.id] = changed[alert.id] = after
        await upsert(self._connection, azure_alerts, [_row(each) for each in changed.values()], key="id")
        return news

    async def open(self) -> tuple[AzureSeries, ...]:
        """The series whose newest alert is open, with that alert."""
        rows = await self._connection.execute(_OPEN)
        return tuple(AzureSeries(alert=_alert(body), unresolved=count) for body, count in rows)

    async def prune(self, now: datetime) -> None:
        """Forget alerts that were heard of long ago, and much sooner those that another has followed."""
        old = azure_alerts.c.heard_at < now - KEPT
        followed = and_(azure_alerts.c.heard_at < now - FOLLOWED_KEPT, _superseded())
        await self._connection.execute(delete(azure_alerts).where(or_(old, followed)))

    async def _known(self, ids: set[str]) -> dict[str, AzureAlert]:
        found: dict[str, AzureAlert] = {}
        for part in slices(sorted(ids), MOST_PARAMETERS):
            rows = await self._connection.execute(select(azure_alerts.c.body).where(azure_alerts.c.id.in_(part)))
            found |= {alert.id: alert for alert in map(_alert, rows.scalars())}
        return found


def _superseded() -> ColumnElement[bool]:
    """Whether another alert of the series came later."""
    newer = azure_alerts.alias("newer")
    later = or_(newer.c.at > azure_alerts.c.at, and_(newer.c.at == azure_alerts.c.at, newer.c.id > azure_alerts.c.id))
    return select(newer.c.id).where(newer.c.series == azure_alerts.c.series, later).exists()


def _open() -> Select[Any, int]:
    others = azure_alerts.alias("others")
    unresolved = (
        select(func.count())
        .select_from(others)
        .where(others.c.series == azure_alerts.c.series, others.c.open)
        .scalar_subquery()
    )
    newest = and_(azure_alerts.c.open, not_(_superseded()))
    return select(azure_alerts.c.body, unresolved).where(newest).order_by(azure_alerts.c.series)


# It is asked at every look, and made only once: to make it takes longer than to ask it.
_OPEN = _open()


def _told(alert: AzureAlert) -> tuple[datetime | None, datetime | None]:
    return alert.fired_at, alert.resolved_at


def _row(alert: AzureAlert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "series": alert.series,
        "at": alert.began,
        "open": alert.open,
        "heard_at": alert.heard_at,
        "body": pack(alert),
    }
