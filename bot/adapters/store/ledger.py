"""The ledger's tables: entries of objects that failed, and when each object was last well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import ledger, microseconds, well
from bot.adapters.store.sql import among, insert, many, pack
from bot.ledger import Entry, Key
from bot.model import Failing

_entry = msgspec.msgpack.Decoder(Entry).decode

EXAMPLES = 10


@lru_cache(maxsize=10_000)
def hashed(key: Key) -> int:
    """A key as 64 bits: short rows, one index."""
    return int.from_bytes(blake2b("\x1f".join(key).encode(), digest_size=8).digest(), "big", signed=True)


class Ledger:
    """What fails now and what failed, by object."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def entries(self, keys: Iterable[Key]) -> dict[Key, Entry]:
        """The entries of those keys that have one."""
        by_hash = {hashed(key): key for key in keys}
        which = among(self._connection, ledger.c.key, by_hash)
        rows = await self._connection.execute(select(ledger.c.key, ledger.c.body).where(which))
        return {by_hash[key]: _entry(body) for key, body in rows}

    async def well(self, keys: Iterable[Key]) -> dict[Key, datetime]:
        """When those objects were last well, where that is known."""
        by_hash = {hashed(key): key for key in keys}
        rows = await self._connection.execute(select(well).where(among(self._connection, well.c.key, by_hash)))
        return {by_hash[key]: at for key, at in rows}

    async def save(self, entries: Mapping[Key, Entry]) -> None:
        """Insert entries, or overwrite what is known of their objects."""
        statement = insert(self._connection, ledger)
        changes = {name: statement.excluded[name] for name in ledger.c.keys() if name != "key"}  # noqa: SIM118
        replacing = statement.on_conflict_do_update(index_elements=["key"], set_=changes)
        await many(self._connection, replacing, sorted(_row(key, entry) for key, entry in entries.items()))

    async def save_well(self, times: Mapping[Key, datetime]) -> None:
        """Remember when objects were well; an older time than the known one changes nothing."""
        statement = insert(self._connection, well)
        newer = statement.on_conflict_do_update(
            index_elements=["key"], set_={"at": statement.excluded.at}, where=statement.excluded.at > well.c.at
        )
        # In the order of the index, and as plain numbers: this is the one place where every healthy row comes by.
        await many(self._connection, newer, sorted((hashed(key), microseconds(at)) for key, at in times.items()))

    async def failing(self) -> dict[str, tuple[Failing, ...]]:
        """Open failures by job, grouped by cause, the largest group first."""
        return await self._groups(ledger.c.cleared_at.is_(None))

    async def open_objects(self) -> list[tuple[str, str, str]]:
        """Job id, object id and error code of every object that fails now."""
        rows = await self._connection.execute(select(ledger.c.body).where(ledger.c.cleared_at.is_(None)))
        failures = (_entry(body).newest for body in rows.scalars())
        return [(failure.job_id, failure.object_id, failure.error_code) for failure in failures]

    async def failed_since(self, since: datetime) -> dict[str, tuple[Failing, ...]]:
        """Failures seen since a time, cleared or not, by job and cause."""
        return await self._groups(ledger.c.last_seen >= since)

    async def prune(self, before: datetime) -> None:
        """Forget what was cleared, and what was last well, before a time."""
        await self._connection.execute(delete(ledger).where(ledger.c.cleared_at < before))
        await self._connection.execute(delete(well).where(well.c.at < before))

    async def _groups(self, which: ColumnElement[bool]) -> dict[str, tuple[Failing, ...]]:
        examples = await self._examples(which)
        counted = await self._connection.execute(
            select(
                ledger.c.job_id,
                ledger.c.cause,
                func.count(),
                func.min(ledger.c.first_seen),
                func.max(ledger.c.last_seen),
            )
            .where(which)
            .group_by(ledger.c.job_id, ledger.c.cause)
            .order_by(ledger.c.job_id, func.count().desc(), ledger.c.cause)
        )
        groups: dict[str, tuple[Failing, ...]] = {}
        for job_id, cause, count, first, last in counted:
            shown = tuple(entry.failure for entry in examples[job_id, cause])
            group = Failing(
                job_id=job_id, cause=shown[0].cause, count=count, first_seen=first, last_seen=last, examples=shown
            )
            groups[job_id] = (*groups.get(job_id, ()), group)
        return groups

    async def _examples(self, which: ColumnElement[bool]) -> dict[tuple[str, str], list[Entry]]:
        place = func.row_number().over(
            partition_by=(ledger.c.job_id, ledger.c.cause), order_by=(ledger.c.first_seen, ledger.c.object_id)
        )
        # The bodies are fetched for those few that are shown, and not carried through the numbering.
        numbered = select(ledger.c.key, place.label("place")).where(which).subquery()
        rows = await self._connection.execute(
            select(ledger.c.job_id, ledger.c.cause, ledger.c.body)
            .join(numbered, numbered.c.key == ledger.c.key)
            .where(numbered.c.place <= EXAMPLES)
            .order_by(numbered.c.place)
        )
        found: dict[tuple[str, str], list[Entry]] = {}
        for job_id, cause, body in rows:
            found.setdefault((job_id, cause), []).append(_entry(body))
        return found


def _row(key: Key, entry: Entry) -> tuple[Any, ...]:
    """An entry in the order of the table's columns."""
    failure = entry.failure
    return (
        hashed(key),
        key[0],
        failure.cause.key,
        key[2],
        microseconds(failure.first_seen),
        microseconds(failure.last_seen),
        None if failure.cleared_at is None else microseconds(failure.cleared_at),
        pack(entry),
    )
