"""From the folded store to what is told: jobs, causes with remedies, objects, incidents, and a timeline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot.adapters.store import Store, Transaction
from bot.adapters.store.totals import Sum
from bot.analyze.analysis import Analysis, CauseSeen, Counts, FileRead, IncidentSeen, JobSeen, Moment, ObjectSeen
from bot.analyze.reading import Download, Reader
from bot.analyze.seen import OTHER, Seen
from bot.causes import advice
from bot.model import Failing, Failure, Incident, Job, Severity

MOST_OBJECTS = 1_000
"""Objects that are named, those that have failed for longest; `--kql` finds any of the others."""
SOME_IDS = 20
MOST_STRETCHES = 90
_WIDTHS = (1, 2, 3, 6, 12, 24, 48, 7 * 24, 28 * 24)
_EVER = datetime(1970, 1, 2, tzinfo=UTC)


async def told(
    store: Store, seen: Seen, reader: Reader, downloads: Sequence[Download], *, every_id: bool = True
) -> Analysis:
    """Everything that the store amounts to; not `every_id`: only some change ids of each action, which saves memory."""
    async with store.look() as tx:
        jobs = await tx.reading.jobs()
        sums, failing = await tx.totals.sums(), await tx.ledger.failing()
        hours, stretches = timeline(await tx.totals.by_hour())
        found = await tx.totals.longest_failing(MOST_OBJECTS)
        incidents = await tx.incidents.open()
        causes = await _causes(tx, failing, jobs)
    open_now = {job_id: sum(group.count for group in groups) for job_id, groups in failing.items()}
    return Analysis(
        files=tuple(_file(each, reader) for each in downloads),
        rows=counts(_summed((each.status, each.rows) for each in sums)),
        broken=reader.broken,
        broken_rows=tuple(reader.broken_rows),
        warnings=tuple(reader.warnings),
        first=seen.oldest,
        as_of=seen.newest,
        failing=sum(open_now.values()),
        jobs=_jobs(sums, jobs, open_now),
        causes=causes,
        objects=tuple(_object(each, jobs) for each in found),
        incidents=_incidents(incidents),
        hours=hours,
        timeline=stretches,
        job_ids=tuple(sorted(jobs)),
        change_ids=seen.change_ids(None if every_id else SOME_IDS),
        actions=_summed((each.action or OTHER, each.rows) for each in sums),
    )


def counts(rows: Mapping[str, int]) -> Counts:
    """Rows by status, those of unheard-of statuses together."""
    known = {status: rows.get(status, 0) for status in ("success", "failure", "skipped", "warning")}
    return Counts(**known, other=sum(rows.values()) - sum(known.values()))


def timeline(rows: Iterable[tuple[datetime, str, int]]) -> tuple[int, tuple[Moment, ...]]:
    """The rows in at most so many stretches without a gap between them, and how many hours each is long."""
    hourly = list(rows)
    if not hourly:
        return 1, ()
    first, last = hourly[0][0], hourly[-1][0]
    span = (last - first) // timedelta(hours=1) + 1
    hours = next((width for width in _WIDTHS if span / width < MOST_STRETCHES), span // MOST_STRETCHES + 1)
    width = timedelta(hours=hours)
    begin = _EVER + (first - _EVER) // width * width
    summed: dict[datetime, Counter[str]] = {}
    for at, status, count in hourly:
        summed.setdefault(begin + (at - begin) // width * width, Counter())[status] += count
    stretches = (begin + number * width for number in range((last - begin) // width + 1))
    return hours, tuple(Moment(at=at, rows=counts(summed.get(at, {}))) for at in stretches)


def _file(download: Download, reader: Reader) -> FileRead:
    rows = reader.rows.get(download.name, 0)
    return FileRead(name=download.name, format=download.format, bytes=download.bytes, rows=rows)


def _jobs(sums: Sequence[Sum], jobs: Mapping[str, Job], open_now: Mapping[str, int]) -> tuple[JobSeen, ...]:
    by_job: dict[str, list[Sum]] = {}
    for each in sums:
        by_job.setdefault(each.job_id, []).append(each)
    made = [
        JobSeen(
            id=job_id,
            name=_name(job_id, jobs),
            kind=jobs[job_id].kind if job_id in jobs else "",
            rows=counts(_summed((each.status, each.rows) for each in mine)),
            actions=_summed((each.action or OTHER, each.rows) for each in mine),
            failing=open_now.get(job_id, 0),
            first=min(each.first for each in mine),
            last=max(each.last for each in mine),
        )
        for job_id, mine in by_job.items()
    ]
    return tuple(sorted(made, key=lambda job: (-job.failing, -job.rows.total, job.name, job.id)))


async def _causes(
    tx: Transaction, failing: Mapping[str, Sequence[Failing]], jobs: Mapping[str, Job]
) -> tuple[CauseSeen, ...]:
    still = {(group.job_id, group.cause.key): group.count for groups in failing.values() for group in groups}
    ever = await tx.ledger.failed_since(_EVER)
    made = [
        _cause(group, still.get((group.job_id, group.cause.key), 0), jobs)
        for groups in ever.values()
        for group in groups
    ]
    return tuple(
        sorted(made, key=lambda cause: (-cause.failing, -cause.failed, cause.job, cause.code, cause.attribute))
    )


def _cause(group: Failing, still: int, jobs: Mapping[str, Job]) -> CauseSeen:
    reason = group.examples[0].reason if group.examples else ""
    known = advice(group.cause.code, reason)
    return CauseSeen(
        job_id=group.job_id,
        job=_name(group.job_id, jobs),
        code=group.cause.code,
        attribute=group.cause.attribute,
        failed=group.count,
        failing=still,
        first_seen=group.first_seen,
        last_seen=group.last_seen,
        meaning=known.meaning,
        remedy=known.action,
        actor=known.actor,
        retried_by_microsoft=known.auto_retry,
        known=known.known,
        reason=reason,
        examples=tuple(failure.object_name or failure.object_id for failure in group.examples[:5]),
    )


def _object(failure: Failure, jobs: Mapping[str, Job]) -> ObjectSeen:
    return ObjectSeen(
        job_id=failure.job_id,
        job=_name(failure.job_id, jobs),
        id=failure.object_id,
        type=failure.object_type,
        name=failure.object_name,
        code=failure.cause.code,
        attribute=failure.cause.attribute,
        value=failure.value,
        step=failure.step,
        reason=failure.reason,
        tries=failure.count,
        first_seen=failure.first_seen,
        last_seen=failure.last_seen,
        change_id=failure.change_id,
    )


def _incidents(found: Iterable[Incident]) -> tuple[IncidentSeen, ...]:
    order = list(Severity)
    made = [
        IncidentSeen(
            rule=each.alert.rule,
            severity=each.alert.severity.value,
            title=each.alert.title,
            detail=each.alert.detail,
            job_id=each.alert.job_id,
            job=each.alert.job_name,
            key=each.alert.key,
            objects=each.evidence.count,
            since=each.evidence.first_seen,
            held_by=each.held_by,
        )
        for each in found
    ]
    return tuple(
        sorted(
            made, key=lambda each: (bool(each.held_by), order.index(Severity(each.severity)), -each.objects, each.title)
        )
    )


def _name(job_id: str, jobs: Mapping[str, Job]) -> str:
    return jobs[job_id].name if job_id in jobs else job_id


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    summed: Counter[str] = Counter()
    for name, number in pairs:
        summed[name] += number
    return dict(summed.most_common())
