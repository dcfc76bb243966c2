"""Keeps the provisioning log's rows in a file, for tenants without a workspace: history beyond what Graph remembers."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from bot.ports import Clock, SourceDown

if TYPE_CHECKING:
    from bot.adapters.local_logs import LocalLogs

log = logging.getLogger(__name__)

FORGET_EVERY = timedelta(hours=1)
TIMEOUT = 20.0
_REMEMBERED = 100_000


class Archive:
    """Ports `Keeper` and `Logs`. That it cannot be written does not stop the watch, which needs no history."""

    name = "archive"

    def __init__(self, path: Path, *, days: int, now: Clock) -> None:
        self._path, self._days, self._now = path, timedelta(days=days), now
        self._logs: LocalLogs | None = None
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._forgotten_at: datetime | None = None
        self.problem = ""

    async def keep(self, rows: Mapping[str, msgspec.Raw]) -> None:
        """Keep rows by their id; those that are kept already change nothing."""
        new = {name: raw for name, raw in rows.items() if name not in self._seen}
        try:
            entries = [(entry, self._now()) for raw in new.values() if (entry := _entry(raw)) is not None]
            await self._opened().append_provisioning(entries)
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

            self._logs = LocalLogs(self._path, memory="512MB", people=True)
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
