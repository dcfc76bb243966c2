"""How much each job did by the hour, and what it usually does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import hours, jobs, usuals
from bot.adapters.store.sql import among, insert, many, pack, slices, upsert
from bot.hashing import WIDTH
from bot.hours import DAY, DAYS, FORGET_IDS, REMOVALS, Slot, unite, usual
from bot.model import Hour, Usual

_usual = msgspec.msgpack.Decoder(Usual).decode
_HOUR = timedelta(hours=1)
_MICROSECONDS = 3_600_000_000
_LOOK_BACK = timedelta(days=7)

_FAILED = hours.c.status == "failure"
_REMOVED = and_(hours.c.action.in_(sorted(REMOVALS)), hours.c.status != "failure")
_WHAT = (hours.c.job_id, hours.c.action, hours.c.status, hours.c.cause)

# They are asked at every look, and made only once: to make them takes longer than to ask them.
_SUMS = [
    select(*_WHAT, func.sum(hours.c.count)).where(which, hours.c.hour >= bindparam("since")).group_by(*_WHAT)
    for which in (_FAILED, _REMOVED)
]


class Hours:
    """Counts by job and hour; ids are kept for as long as rows may still come."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, tallied: Mapping[Slot, set[bytes]]) -> None:
        """Count rows that were not counted before. An hour whose ids are forgotten stays as it is."""
        by_key = {_hashed(slot): slot for slot in tallied}
        known = await self._known(by_key)
        rows: list[tuple[Any, ...]] = []
        for key in sorted(by_key):
            before = known.get(key, b"")
            if before is None:
                continue
            ids = unite(before, tallied[by_key[key]])
            if len(ids) > len(before):
                rows.append(_row(key, by_key[key], ids))
        statement = insert(self._connection, hours)
        counted = {"count": statement.excluded["count"], "ids": statement.excluded.ids}
        await many(self._connection, statement.on_conflict_do_update(index_elements=["key"], set_=counted), rows)

    async def last_day(self, now: datetime) -> dict[str, tuple[Hour, ...]]:
        """Failed and removing rows of each job in the last 24 hours, summed."""
        since = _last_day_began(now)
        sums: dict[str, tuple[Hour, ...]] = {}
        for which in _SUMS:
            for job_id, action, status, cause, count in await self._connection.execute(which, {"since": since}):
                hour = Hour(job_id=job_id, hour=since, action=action, status=status, cause=cause, count=count)
                sums[job_id] = (*sums.get(job_id, ()), hour)
        return sums

    async def usuals(self, job_ids: Iterable[str]) -> dict[str, Usual]:
        """What those jobs do on other days, as it was last learned."""
        found: dict[str, Usual] = {}
        for part in slices(job_ids):
            rows = await self._connection.execute(select(usuals.c.body).where(usuals.c.job_id.in_(part)))
            found |= {each.job_id: each for each in map(_usual, rows.scalars())}
        return found

    async def learn(self, now: datetime) -> None:
        """Find out anew what each job does on other days."""
        until = _last_day_began(now)
        earliest = select(func.min(hours.c.hour)).where(hours.c.job_id == jobs.c.id).correlate(jobs).scalar_subquery()
        first = {
            row.id: row.first for row in await self._connection.execute(select(jobs.c.id, earliest.label("first")))
        }
        by_job: dict[str, list[Hour]] = {}
        for which in (_FAILED, _REMOVED):
            rows = await self._connection.execute(
                select(*_WHAT, hours.c.hour, hours.c.count).where(
                    which, hours.c.hour >= until - DAYS * DAY, hours.c.hour < until
                )
            )
            for job_id, action, status, cause, hour, count in rows:
                at = Hour(job_id=job_id, hour=hour, action=action, status=status, cause=cause, count=count)
                by_job.setdefault(job_id, []).append(at)
        learned = [usual(job_id, by_job.get(job_id, ()), at, until) for job_id, at in first.items()]
        await self._connection.execute(delete(usuals))
        await upsert(
            self._connection, usuals, [{"job_id": each.job_id, "body": pack(each)} for each in learned], key="job_id"
        )

    async def prune(self, now: datetime, keep: timedelta) -> None:
        """Forget hours older than `keep`, and the ids of hours that no row comes for any more."""
        await self._connection.execute(delete(hours).where(hours.c.hour < now - keep))
        done = _whole(now) - FORGET_IDS
        # Only the newest of them can have ids: this is done every hour.
        await self._connection.execute(
            update(hours)
            .where(hours.c.hour < done, hours.c.hour >= done - _LOOK_BACK, hours.c.ids.is_not(None))
            .values(ids=None)
        )

    async def _known(self, keys: Iterable[int]) -> dict[int, bytes | None]:
        known = select(hours.c.key, hours.c.ids).where(among(self._connection, hours.c.key, keys))
        return {row.key: row.ids for row in await self._connection.execute(known)}


def _hashed(slot: Slot) -> int:
    job_id, hour, action, status, cause = slot
    text = "\x1f".join((job_id, str(hour), action, status, cause))
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True)


def _row(key: int, slot: Slot, ids: bytes) -> tuple[Any, ...]:
    job_id, hour, action, status, cause = slot
    return key, job_id, hour * _MICROSECONDS, action, status, cause, len(ids) // WIDTH, ids


def _whole(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _last_day_began(now: datetime) -> datetime:
    """The beginning of the 24 hours that end with the present one."""
    return _whole(now) + _HOUR - DAY
