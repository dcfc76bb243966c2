"""How far back a log goes: what is not there may only be older than the log is."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.kqlrules.model import KqlRule
from bot.kqlrules.wording import tables
from bot.ports import Answered, Question, Tables
from bot.sources.pacer import Pacer

TABLES = ("AADProvisioningLogs", "AuditLogs", "AzureActivity")
REACHES_EVERY = timedelta(hours=1)
_TOLERANCE = 0.05
_FURTHEST = timedelta(days=31)


class Reach:
    """Asks each table since when it has rows, once an hour."""

    def __init__(self, home: Tables, pacer: Pacer) -> None:
        self._home, self._pacer = home, pacer
        self._known: dict[str, tuple[datetime, datetime | None]] = {}

    async def missing(self, rule: KqlRule, now: datetime) -> str:
        """Why the rule's silence could not be believed yet, in a sentence; "" where it can."""
        wanted = now - rule.window * (1 - _TOLERANCE)
        for table in tables(rule.kql, TABLES):
            earliest = await self._earliest(table, now)
            if earliest is None or earliest > wanted:
                begins = f"begins {earliest:%d %b %Y}" if earliest else "has no rows"
                return f"It waits until {table} reaches back over its window; so far that {begins}."
        return ""

    async def _earliest(self, table: str, now: datetime) -> datetime | None:
        asked, earliest = self._known.get(table, (None, None))
        if (asked is not None and timedelta() <= now - asked < REACHES_EVERY) or not self._pacer.take():
            return earliest
        kql = f"{table} | summarize Earliest = min(TimeGenerated)"
        (answer,) = await self._home.ask([Question(kql=kql, timespan=(now - _FURTHEST, now))])
        if not isinstance(answer, Answered):
            return earliest
        found = answer.rows[0][0] if answer.rows else None
        self._known[table] = now, found if isinstance(found, datetime) else None
        return self._known[table][1]
