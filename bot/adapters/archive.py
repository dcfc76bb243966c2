"""Keeps the rows of Graph's logs in a file, for tenants without a workspace: history beyond what Graph remembers."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from bot.adapters.kql.tables import columns
from bot.ports import Answered, Clock, Question, Refusal, SourceDown

if TYPE_CHECKING:
    from bot.adapters.local_logs import LocalLogs

log = logging.getLogger(__name__)

FORGET_EVERY = timedelta(hours=1)
TIMEOUT = 20.0
_REMEMBERED = 100_000

Append = Callable[[list[tuple[dict[str, Any], datetime]]], Awaitable[int]]


class Archive:
    """Ports `Keeper`, `Logs` and `Tables`. That it cannot be written does not stop the watch, which needs no history."""

    name = "archive"

    def __init__(self, path: Path, *, days: int, now: Clock, tenant: str = "") -> None:
        self._path, self._days, self._now, self._tenant = path, timedelta(days=days), now, tenant
        self._logs: LocalLogs | None = None
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._forgotten_at: datetime | None = None
        self.problem = ""

    async def keep(self, rows: Mapping[str, msgspec.Raw]) -> None:
        """Keep rows of the provisioning log by their id; those that are kept already change nothing."""
        await self._keep(rows, lambda logs: logs.append_provisioning)

    async def keep_audits(self, rows: Mapping[str, msgspec.Raw]) -> None:
        """The same for rows of the directory's audit log."""
        await self._keep(rows, lambda logs: logs.append_audits)

    async def _keep(self, rows: Mapping[str, msgspec.Raw], append: Callable[[LocalLogs], Append]) -> None:
        new = {name: raw for name, raw in rows.items() if name not in self._seen}
        try:
            entries = [(entry, self._now()) for raw in new.values() if (entry := _entry(raw)) is not None]
            await append(self._opened())(entries)
            await self._forget()
        except SourceDown as error:
            if self.problem != str(error):
                log.warning("history is not kept: %s", error)
            self.problem = str(error)
            return
        self.problem = ""
        self._seen.update(dict.fromkeys(new))
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)

    async def ask(self, questions: Sequence[Question]) -> Sequence[Answered | Refusal | SourceDown]:
        """One answer for each question, one after the other: the machine has other things to do as well."""
        return [await self._answer(question) for question in questions]

    async def _answer(self, question: Question) -> Answered | Refusal | SourceDown:
        from bot.adapters.kql.guard import judge

        try:
            await asyncio.to_thread(judge, question.kql, frozenset(columns()))
            table = await self._opened().query(
                question.kql,
                timespan=question.timespan,
                now=question.timespan[1],
                max_rows=question.rows,
                timeout=question.seconds,
            )
        except (Refusal, SourceDown) as error:
            return error
        return Answered(columns=table.columns, rows=tuple(table.rows), more=bool(table.partial))

    async def query(
        self, kql: str, *, timespan: tuple[datetime, datetime], about: Sequence[str] = ()
    ) -> Sequence[Mapping[str, Any]]:
        """The rows of a query. Raises Refusal or SourceDown."""
        table = await self._opened().query(kql, timespan=timespan, now=self._now(), about=about, timeout=TIMEOUT)
        names = [name for name, _ in table.columns]
        return [dict(zip(names, row, strict=True)) for row in table.rows]

    async def close(self) -> None:
        if self._logs is not None:
            await self._logs.close()

    def _opened(self) -> LocalLogs:
        if self._logs is None:
            from bot.adapters.local_logs import LocalLogs

            self._logs = LocalLogs(self._path, memory="512MB", people=True, tenant=self._tenant)
        return self._logs

    async def _forget(self) -> None:
        now = self._now()
        if self._forgotten_at is None or now - self._forgotten_at >= FORGET_EVERY:
            await self._opened().forget(now - self._days)
            self._forgotten_at = now


def _entry(raw: msgspec.Raw) -> dict[str, Any] | None:
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except msgspec.DecodeError:
        return None
