"""What was lost though nothing failed, by object; few rows, so that they are read whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.ledger import EXAMPLES, open_entries
from bot.adapters.store.schema import warnings
from bot.adapters.store.sql import among, pack, upsert
from bot.ledger import Entry, Key
from bot.model import Failing

_entry = msgspec.msgpack.Decoder(Entry).decode


class Warnings:
    """Entries as in the ledger, of rows that hide trouble."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def entries(self, keys: Iterable[Key]) -> dict[Key, Entry]:
        """The entries of those keys that have one."""
        if (await self._connection.execute(select(func.max(warnings.c.key)))).scalar() is None:
            return {}
        which = among(self._connection, warnings.c.key, keys)
        rows = await self._connection.execute(select(warnings.c.key, warnings.c.body).where(which))
        return {key: _entry(body) for key, body in rows}

    async def save(self, entries: Mapping[Key, Entry]) -> None:
        rows = [
            {
                "key": key,
                "job_id": entry.newest.job_id,
                "cause": entry.failure.cause.key,
                "object_id": entry.newest.object_id,
                "first_seen": entry.failure.first_seen,
                "last_seen": entry.failure.last_seen,
                "cleared_at": entry.failure.cleared_at,
                "body": pack(entry),
            }
            for key, entry in entries.items()
        ]
        await upsert(self._connection, warnings, rows, key="key")

    async def open_of(self, job_ids: Iterable[str]) -> dict[Key, Entry]:
        """The entries of all objects of those jobs that still lose something."""
        return await open_entries(self._connection, warnings, job_ids)

    async def open(self) -> dict[str, tuple[Failing, ...]]:
        """What is still lost, by job and cause, with the newest few of each."""
        rows = await self._connection.execute(_OPEN)
        groups: dict[tuple[str, str], Failing] = {}
        for row in rows:
            failure = _entry(row.body).failure
            group = groups.get((row.job_id, row.cause)) or Failing(
                job_id=row.job_id,
                cause=failure.cause,
                count=row.total,
                first_seen=row.first,
                last_seen=failure.last_seen,
            )
            groups[row.job_id, row.cause] = msgspec.structs.replace(group, examples=(*group.examples, failure))
        found: dict[str, tuple[Failing, ...]] = {}
        for group in groups.values():
            found[group.job_id] = (*found.get(group.job_id, ()), group)
        return found

    async def prune(self, before: datetime) -> None:
        """As the ledger does."""
        old = (warnings.c.last_seen < before) & warnings.c.cleared_at.is_not(None)
        await self._connection.execute(delete(warnings).where(old))


def _open() -> Select[Any]:
    c = warnings.c
    place = func.row_number().over(partition_by=(c.job_id, c.cause), order_by=(c.last_seen.desc(), c.object_id))
    count = func.count().over(partition_by=(c.job_id, c.cause))
    first = func.min(c.first_seen).over(partition_by=(c.job_id, c.cause))
    every = select(c.job_id, c.cause, c.body, place.label("place"), count.label("total"), first.label("first")).where(
        c.cleared_at.is_(None)
    )
    inner = every.subquery()
    return select(inner).where(inner.c.place <= EXAMPLES).order_by(inner.c.job_id, inner.c.cause, inner.c.place)


# It is asked at every look, and made only once: to make it takes longer than to ask it.
_OPEN = _open()
