"""Puts a report together from what the store counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.adapters.store import Transaction
from bot.causes import advice
from bot.command import commands
from bot.model import Cause, Credential, Fared, Job, Report, Role
from bot.timescale import timescale

AHEAD = timedelta(days=30)
MOST_CAUSES, MOST_ACTED, MOST_OLDEST, MOST_AHEAD = 5, 8, 5, 5
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


async def report(tx: Transaction, now: datetime, period: timedelta) -> Report:
    """The period that ends now, from the beginning of its first hour on, against the one before it."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    until, since, before = hour + _HOUR, hour - period, hour - 2 * period
    jobs, opened = await tx.reading.jobs(), await tx.reports.open()
    buckets = _buckets(await tx.reports.failed_by_hour(since, until), since, until)
    scale = timescale(buckets)
    acts = [name for name, each in commands().items() if each.role is Role.OPERATOR]
    return Report(
        since=since,
        until=now,
        jobs=_fared(jobs, await tx.reports.rows(since, until), await tx.reports.rows(before, since)),
        buckets=tuple((scale.names[at], rows) for at, rows in buckets.items()),
        places=scale.places,
        scale=scale.unit,
        causes=await causes(tx, since, until),
        opened=await tx.reports.steps("opened", since, until),
        resolved=await tx.reports.steps("resolved", since, until),
        opened_before=await tx.reports.steps("opened", before, since),
        open_now=len(opened),
        oldest=tuple(each for each in opened if not each.held_by)[:MOST_OLDEST],
        ahead=_ahead(await tx.credentials.all() or (), now),
        snoozed=tuple(each for each in opened if each.snooze is not None),
        acted=tuple(await tx.reports.acted(acts, since, until, MOST_ACTED)),
    )


async def causes(tx: Transaction, since: datetime, until: datetime) -> tuple[tuple[str, int], ...]:
    """The commonest causes, which are counted without case, in the log's own spelling."""
    found = await tx.reports.causes(since, until, MOST_CAUSES)
    spelt = await tx.reports.spelt([key for key, _ in found], since)
    return tuple((_name(spelt.get(key) or _known(key)), rows) for key, rows in found)


def _known(key: str) -> Cause:
    """The cause as the knowledge base writes its code; what it does not know stays as it was counted."""
    code, _, attribute = key.partition("/")
    known = advice(code).code
    return Cause(code=known if known.lower() == code else code, attribute=attribute)


def _name(cause: Cause) -> str:
    return " · ".join(part for part in (cause.code, cause.attribute) if part)


def _fared(
    jobs: Mapping[str, Job], rows: Mapping[str, Mapping[str, int]], before: Mapping[str, Mapping[str, int]]
) -> tuple[Fared, ...]:
    """Each job that did anything, the worst first."""
    found = [
        Fared(
            job_id=job_id,
            name=jobs[job_id].name if job_id in jobs else job_id,
            succeeded=rows.get(job_id, {}).get("success", 0),
            failed=rows.get(job_id, {}).get("failure", 0),
            succeeded_before=before.get(job_id, {}).get("success", 0),
            failed_before=before.get(job_id, {}).get("failure", 0),
        )
        for job_id in rows.keys() | before.keys()
    ]
    busy = [each for each in found if each.rate is not None or each.rate_before is not None]
    return tuple(sorted(busy, key=lambda each: (1.0 if each.rate is None else each.rate, -each.failed, each.name)))


def _buckets(failed: Mapping[datetime, int], since: datetime, until: datetime) -> dict[datetime, int]:
    """Failed rows by the hour for a short period, by the day for a longer one; a day has the date of its end."""
    width = _HOUR if until - since <= 2 * _DAY else _DAY
    found: dict[datetime, int] = {}
    at = since
    while at < until:
        rows = sum(count for hour, count in failed.items() if at <= hour < at + width)
        found[at if width == _HOUR else (at + width - _HOUR).replace(hour=0)] = rows
        at += width
    return found


def _ahead(credentials: Iterable[Credential], now: datetime) -> tuple[Credential, ...]:
    """What ends soon, of those that jobs or the bot itself need."""
    soon = [each for each in credentials if now < each.expires_at <= now + AHEAD and (each.jobs or each.own)]
    return tuple(sorted(soon, key=lambda each: (each.expires_at, each.id))[:MOST_AHEAD])
