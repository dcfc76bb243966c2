"""Where the logs have two homes, each is held against the other: rows that only one has are rows that a rule may miss."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.model import Gap
from bot.ports import Answered, Clock, Question, Tables

TABLES = ("AADProvisioningLogs", "AuditLogs")
EVERY = timedelta(minutes=15)
# Rows come up to an hour late to Graph, and later still to a workspace; a home that is new holds the day before it.
SETTLED, FURTHEST = timedelta(hours=2), timedelta(hours=22)
FILLED = timedelta(hours=2)
"""How long a bot that has just started may take to read what it missed."""
FEW, SHARE = 5, 0.02
"""Rows that may differ: those of the borders."""

Lacks = tuple[str, str]
"""A home and a table."""


@dataclass(kw_only=True)
class Reconciler:
    """Counts what both homes have of the same hours. `gaps` is None until it has counted twice: once may be a mishap."""

    one: Tables
    other: Tables
    now: Clock
    gaps: tuple[Gap, ...] | None = None
    _started: datetime | None = None
    _counted: datetime | None = None
    _seen: set[Lacks] | None = field(default=None)

    async def look(self) -> None:
        """Count again, if that is due; where a home does not answer, what was known stays."""
        now = self.now()
        self._started = self._started or now
        if now - self._started < FILLED:
            return
        if self._counted is not None and timedelta() <= now - self._counted < EVERY:
            return
        self._counted = now
        here, there = await _rows(self.one, now), await _rows(self.other, now)
        if here is None or there is None:
            return
        found = [gap for table in TABLES if (gap := self._gap(table, here[table], there[table])) is not None]
        lacks = {(gap.home, gap.table) for gap in found}
        if self._seen is not None:
            self.gaps = tuple(gap for gap in found if (gap.home, gap.table) in self._seen)
        self._seen = lacks

    def _gap(self, table: str, here: int, there: int) -> Gap | None:
        if abs(here - there) <= max(FEW, SHARE * max(here, there)):
            return None
        fewer, more = (self.one, self.other) if here < there else (self.other, self.one)
        return Gap(home=fewer.name, other=more.name, table=table, rows=min(here, there), others=max(here, there))


async def _rows(home: Tables, now: datetime) -> dict[str, int] | None:
    """How many rows of each table a home has; None where it does not say."""
    span = (now - FURTHEST, now - SETTLED)
    answers = await home.ask([Question(kql=f"{table} | distinct Id | count", timespan=span) for table in TABLES])
    counts = [answer.rows[0][0] for answer in answers if isinstance(answer, Answered) and answer.rows]
    return dict(zip(TABLES, map(int, counts), strict=True)) if len(counts) == len(TABLES) else None
