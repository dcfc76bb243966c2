"""The ledger's tables: entries of objects that failed, and when each object was last well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Table, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import ledger, microseconds, well
from bot.adapters.store.sql import among, insert, many, pack
from bot.ledger import Entry, Key
from bot.model import Failing

_entry = msgspec.msgpack.Decoder(Entry).decode

EXAMPLES = 10


class Ledger:
    """What fails now and what failed, by object."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def entries(self, keys: Collection[Key]) -> dict[Key, Entry]:
        """The entries of those keys that have one."""
        if not keys:
            return {}
        which = among(self._connection, ledger.c.key, keys)
        rows = await self._connection.execute(select(ledger.c.key, ledger.c.body).where(which))
        return {key: _entry(body) for key, body in rows}

    async def well(self, keys: Collection[Key]) -> dict[Key, datetime]:
        """When those objects were last well, where that is known."""
        if not keys:
            return {}
        rows = await self._connection.execute(select(well).where(among(self._connection, well.c.key, keys)))
        return {row.key: row.at for row in rows}

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
        await many(self._connection, newer, sorted((key, microseconds(at)) for key, at in times.items()))

    async def failing(self) -> dict[str, tuple[Failing, ...]]:
        """Open failures by job, grouped by cause, the largest group first."""
        return await self._groups(ledger.c.cleared_at.is_(None))

    async def failing_among(self, ids: Iterable[str]) -> dict[tuple[str, str], int]:
        """How many of those people fail now, whether in the source or in the target they are called so: by job and cause."""
        people = list(ids)
        # Two small questions, each of which has an index; asked as one, every open row would be looked at.
        found: set[tuple[int, str, str]] = set()
        for column in (ledger.c.object_id, ledger.c.target_id):
            rows = await self._connection.execute(
                select(ledger.c.key, ledger.c.job_id, ledger.c.cause).where(
                    ledger.c.cleared_at.is_(None), column.in_(people)
                )
            )
            found.update((key, job_id, cause) for key, job_id, cause in rows)
        return Counter((job_id, cause) for _, job_id, cause in found)

    async def open_of(self, job_ids: Iterable[str]) -> dict[Key, Entry]:
        """The entries of all objects of those jobs that fail now."""
        return await open_entries(self._connection, ledger, job_ids)

    async def open_objects(self) -> list[tuple[str, str, str]]:
        """Job id, object id and error code of every object that fails now."""
        rows = await self._connection.execute(select(ledger.c.body).where(ledger.c.cleared_at.is_(None)))
        failures = (_entry(body).newest for body in rows.scalars())
        return [(failure.job_id, failure.object_id, failure.error_code) for failure in failures]

    async def failed_since(self, since: datetime) -> dict[str, tuple[Failing, ...]]:
        """Failures seen since a time, cleared or not, by job and cause; what fails now is named first."""
        return await self._groups(ledger.c.last_seen >= since, ledger.c.cleared_at.is_not(None))

    async def prune(self, before: datetime) -> None:
        """Forget what failed last before a time and was cleared, and what was last well before it.

        Not by when it was cleared: that is the newest success, which moves on for as long as the object is well.
        """
        old = (ledger.c.last_seen < before) & ledger.c.cleared_at.is_not(None)
        await self._connection.execute(delete(ledger).where(old))
        await self._connection.execute(delete(well).where(well.c.at < before))

    async def _groups(self, which: ColumnElement[bool], *last: ColumnElement[bool]) -> dict[str, tuple[Failing, ...]]:
        examples = await self._examples(which, *last)
        counted = await self._connection.execute(
            select(
                ledger.c.job_id,
                ledger.c.cause,
                func.count(),
                func.min(ledger.c.first_seen),
                func.max(ledger.c.last_seen),
                func.count(ledger.c.cleared_at),
                func.max(ledger.c.cleared_at),
            )
            .where(which)
            .group_by(ledger.c.job_id, ledger.c.cause)
            .order_by(ledger.c.job_id, func.count().desc(), ledger.c.cause)
        )
        groups: dict[str, tuple[Failing, ...]] = {}
        for job_id, cause, count, first, newest, healed, healed_at in counted:
            shown = tuple(entry.failure for entry in examples[job_id, cause])
            group = Failing(
                job_id=job_id,
                cause=shown[0].cause,
                count=count,
                first_seen=first,
                last_seen=newest,
                examples=shown,
                healed=healed,
                healed_at=healed_at,
            )
            groups[job_id] = (*groups.get(job_id, ()), group)
        return groups

    async def _examples(
        self, which: ColumnElement[bool], *last: ColumnElement[bool]
    ) -> dict[tuple[str, str], list[Entry]]:
        place = func.row_number().over(
            partition_by=(ledger.c.job_id, ledger.c.cause), order_by=(*last, ledger.c.first_seen, ledger.c.object_id)
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


async def open_entries(connection: AsyncConnection, table: Table, job_ids: Iterable[str]) -> dict[Key, Entry]:
    """What is open about those jobs in the ledger, or in a table like it."""
    which = table.c.job_id.in_(list(job_ids)) & table.c.cleared_at.is_(None)
    rows = await connection.execute(select(table.c.key, table.c.body).where(which))
    return {key: _entry(body) for key, body in rows}


def _row(key: Key, entry: Entry) -> tuple[Any, ...]:
    """An entry in the order of the table's columns."""
    failure = entry.failure
    return (
        key,
        failure.job_id,
        failure.cause.key,
        failure.object_id,
        microseconds(failure.first_seen),
        microseconds(failure.last_seen),
        None if failure.cleared_at is None else microseconds(failure.cleared_at),
        pack(entry),
        failure.target_id,
    )
