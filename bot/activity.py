"""What the watch counts beside the ledger, and what of it the rules are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.adapters.store import Transaction
from bot.hidden import hidden
from bot.hours import tally
from bot.ledger import Folded, Key, fold_all
from bot.model import Arrival, Failing, Hour, Job, Owed, ProvisioningEvent, Usual, Value

WORTH_COMPARING = 10
"""Rows a day that no rule looks at more closely, so that the other days of most jobs are never read."""


KNOWN = timedelta(hours=24)
"""How far back a log is read at first: the absence of older rows says nothing."""


class Keep(Value, frozen=True, kw_only=True):
    """How long counts by the hour, and failures that are over, are kept."""

    hours: timedelta = timedelta(days=90)
    cleared: timedelta = timedelta(days=30)


class Activity(Value, frozen=True, kw_only=True):
    """By job: what is lost though nothing failed, the sums of the last day, other days; and how far the rows have come."""

    warnings: Mapping[str, tuple[Failing, ...]]
    hours: Mapping[str, tuple[Hour, ...]]
    usual: Mapping[str, Usual]
    arrivals: tuple[Arrival, ...]
    owed: tuple[Owed, ...]


async def count(
    tx: Transaction, source: str, events: Sequence[ProvisioningEvent], well: Mapping[Key, datetime]
) -> None:
    """Add a batch to the hours, the warnings and the arrivals, after the ledger knows which objects are `well`."""
    await tx.hours.add(tally(events))
    await tx.arrivals.save(source, events)
    rows = Folded(failed=hidden(events), well=dict(well))
    entries = await tx.warnings.entries(rows.failed.keys() | rows.well.keys())
    await tx.warnings.save(fold_all(entries, rows, await tx.ledger.well(rows.failed)))


async def expect(tx: Transaction, jobs: Iterable[Job], now: datetime) -> None:
    """Note which jobs have exported something whose rows must come now."""
    newest: dict[str, datetime] = {}
    for each in await tx.arrivals.all():
        newest[each.job_id] = max(each.newest, newest.get(each.job_id, each.newest))
    before = {each.job_id: each.at for each in await tx.arrivals.owed()}
    after = {job.id: owed(job, before.get(job.id), newest.get(job.id), now) for job in jobs}
    await tx.arrivals.owe({job_id: at for job_id, at in after.items() if at is not None})


def owed(job: Job, before: datetime | None, newest: datetime | None, now: datetime) -> datetime | None:
    """When the first cycle began whose rows are still to come; None where none are."""
    if before is not None and (newest is None or newest < before):
        return before
    last = job.last_export
    if last is None or last.began is None or last.ended is None or not last.exported or now - last.began > KNOWN:
        return None
    return last.began if newest is None or newest < last.began else None


async def lately(tx: Transaction, now: datetime) -> Activity:
    """What the rules may look at; other days only where the last one is worth comparing."""
    hours = await tx.hours.last_day(now)
    busy = [job_id for job_id, rows in hours.items() if sum(row.count for row in rows) > WORTH_COMPARING]
    return Activity(
        warnings=await tx.warnings.open(),
        hours=hours,
        usual=await tx.hours.usuals(busy),
        arrivals=await tx.arrivals.all(),
        owed=await tx.arrivals.owed(),
    )
