"""Rules in KQL over downloads: the newest day of rows in the store that queries are asked of, read a second time for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.analyze.asking import fill
from bot.analyze.reading import Reader
from bot.kqlrules.shelf import Shelf, shipped
from bot.kqlwatch import BUDGET, JOBS, KqlWatch
from bot.ports import Answered, Clock, Question, Refusal, SourceDown
from bot.sources.pacer import Pacer

if TYPE_CHECKING:
    from bot.adapters.local_logs import LocalLogs
    from bot.health import Health

DAY = timedelta(days=1)
MOST_ROWS = 250_000
"""Rows of a day that are looked at so; more of them would take longer than all the rest."""
_NEVER_THERE = frozenset({"AuditLogs", "AzureActivity", JOBS})


class NewestDay:
    """Port `Tables`, over the table AADProvisioningLogs alone."""

    name = "downloads"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._logs: LocalLogs | None = None

    @property
    def missing(self) -> frozenset[str]:
        """The tables that are not there."""
        return _NEVER_THERE if self._logs is not None else _NEVER_THERE | {"AADProvisioningLogs"}

    async def fill(self, reader: Reader) -> None:
        from bot.adapters.local_logs import LocalLogs

        logs = LocalLogs(self._folder / "newest.duckdb", memory="300MB")
        self._logs = logs
        await fill(logs, reader)

    async def ask(self, questions: Sequence[Question]) -> Sequence[Answered | Refusal | SourceDown]:
        """One answer for each question."""
        return [await self._answer(question) for question in questions]

    async def _answer(self, question: Question) -> Answered | Refusal | SourceDown:
        if self._logs is None:
            return SourceDown("The downloads are not read yet.")
        span = question.timespan
        try:
            table = await self._logs.query(
                question.kql, timespan=span, now=span[1], max_rows=question.rows, timeout=question.seconds
            )
        except (Refusal, SourceDown) as error:
            return error
        return Answered(columns=table.columns, rows=tuple(table.rows), more=bool(table.partial))

    async def close(self) -> None:
        if self._logs is not None:
            await self._logs.close()


def watch_in_kql(home: NewestDay, now: Clock, health: Health) -> KqlWatch:
    """The watch over those rules that come with the bot and look back a day at most."""
    longer = tuple(rule.name for rule in shipped() if rule.window > DAY)
    return KqlWatch(
        shelf=Shelf(off=longer),
        home=home,
        now=now,
        health=health,
        pacer=Pacer(BUDGET, lambda: 0.0),
        missing=lambda: home.missing,
    )
