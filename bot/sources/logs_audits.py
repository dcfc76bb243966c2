"""Reads the directory's audit log from the table AuditLogs of a Log Analytics workspace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from bot import changes
from bot.ports import AuditBatch, SourceDown
from bot.sources.audit_rows import from_columns
from bot.sources.broken import Broken
from bot.sources.graph_audits import FIRST_LOOK, Position, position_from
from bot.sources.kql import Place
from bot.sources.pacer import Pacer

if TYPE_CHECKING:
    from bot.adapters.log_analytics import LogAnalytics

# Each look takes the place of one into the provisioning log, so it is taken seldom.
PERIOD = timedelta(minutes=5)
OVERLAP = timedelta(minutes=10)
MOST = 10_000
_EARLIER, _LATER = timedelta(days=3), timedelta(days=2)


class LogAnalyticsAudits:
    """Port `AuditSource`, by when rows were ingested; it shares its pacer with the provisioning log."""

    name = "audits"

    def __init__(self, workspace: LogAnalytics, pacer: Pacer) -> None:
        self._workspace = workspace
        self._pacer = pacer
        self._broken = Broken(self.name)

    async def read(self, cursor: str, now: datetime) -> AsyncIterator[AuditBatch]:
        """Yield what was ingested since the cursor. Raises SourceDown."""
        position = position_from(cursor)
        tried = position.tried
        due = tried is None or now < tried or now - tried >= PERIOD
        if self._pacer.held or not due or not self._pacer.take():
            return
        since = position.mark - OVERLAP if position.mark else now - FIRST_LOOK
        try:
            rows = await self._workspace.query(reading(since), timespan=(min(since, now) - _EARLIER, now + _LATER))
        except SourceDown as error:
            if error.after:
                self._pacer.hold(error.after)
            raise
        events, broken = self._broken.sift(from_columns(row, now) for row in rows)
        mark = _newest(str(rows[-1].get("Ingested"))) if rows else position.mark
        yield AuditBatch(events=changes.read(events), cursor=Position(mark=mark, tried=now).text(), broken=broken)


def reading(since: datetime) -> str:
    """The rows about provisioning that were ingested since a time, oldest first."""
    place = Place(f"{since:%Y-%m-%dT%H:%M:%S.%f}0Z")
    names = ", ".join(f'"{name}"' for name in changes.NAMES)
    return (
        _QUERY.replace("$SINCE", place.ingested)
        .replace("$NAMES", names)
        .replace("$BEGINNING", changes.BEGINNING)
        .replace("$MOST", str(MOST))
    )


def _newest(text: str) -> datetime:
    try:
        return msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        raise SourceDown("Log Analytics answered with rows that do not say when they were ingested.") from None


_QUERY = """
AuditLogs
| extend Ingested = ingestion_time()
| where Ingested >= datetime($SINCE)
| where ActivityDisplayName in~ ($NAMES) or ActivityDisplayName startswith "$BEGINNING"
| order by Ingested asc
| take $MOST
| project Id, At = tostring(TimeGenerated), Ingested = tostring(Ingested), Activity = ActivityDisplayName,
    LoggedByService, Result, ResultReason, InitiatedBy = tostring(InitiatedBy),
    TargetResources = tostring(TargetResources), Details = tostring(AdditionalDetails)
""".strip()
