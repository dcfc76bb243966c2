"""What is worth remembering of a job from one look to the next: when it ran, how it was, since when it is gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from statistics import median, quantiles

from msgspec.structs import replace

from bot import changes
from bot.model import AuditEvent, Job, Memory, Quarantine

MOST_CYCLES = 30
FEWEST_CYCLES = 5
SETTLED = timedelta(hours=24)
"""So long after the first look, jobs are still being found that were there all the time."""

FORGOTTEN = timedelta(days=7)
"""So long a job that is gone is remembered."""

MISSING_AFTER = timedelta(minutes=30)
"""So long a job is not found before it counts as missing."""

LATELY = timedelta(hours=1)


def remember_all(
    known: Mapping[str, Memory], jobs: Iterable[Job], audits: Iterable[AuditEvent], now: datetime
) -> dict[str, Memory]:
    """All memories after a look at the jobs; `audits` are the last day's."""
    about: dict[str, list[AuditEvent]] = {}
    for event in audits:
        about.setdefault(event.target_id, []).append(event)
    settled = any(now - memory.first_seen >= SETTLED for memory in known.values())
    seen = {
        job.id: remember(known.get(job.id), job, now, audits=about.get(job.service_principal, ()), settled=settled)
        for job in jobs
    }
    gone = {
        job_id: _gone(memory, about.get(memory.service_principal, ()), now)
        for job_id, memory in known.items()
        if job_id not in seen
    }
    return seen | {job_id: each for job_id, each in gone.items() if now - (each.gone_since or now) < FORGOTTEN}


def remember(
    before: Memory | None, job: Job, now: datetime, *, audits: Iterable[AuditEvent] = (), settled: bool = False
) -> Memory:
    """The memory of one job after one more look; looking twice at the same job changes only when it was seen last."""
    status = state_of(job)
    if before is None:
        memory = Memory(job_id=job.id, first_seen=now, last_seen=now, new=settled, status=status)
    elif before.status != status:
        memory = replace(before, status=status, status_since=now, stopped_by="")
    else:
        memory = before
    return replace(
        memory,
        last_seen=now,
        name=job.name,
        service_principal=job.service_principal,
        gone_since=None,
        deleted=False,
        quarantine=_quarantine(memory, job),
        stopped_by=_stopped_by(memory, audits) if status in {"paused", "disabled"} else "",
        **_cycles(memory, job),
    )


def state_of(job: Job) -> str:
    """The job's status, or that it is switched off, in lower case."""
    return "disabled" if job.schedule_state.lower() == "disabled" else job.status.lower()


def cadence(memory: Memory) -> timedelta | None:
    """How often the job runs by its own history; None while that is too short."""
    gaps = _gaps(memory)
    return timedelta(seconds=median(gaps)) if gaps else None


def patience(memory: Memory) -> timedelta | None:
    """How long after a cycle the next may begin before that is odd: several times what is usual for the job."""
    gaps = _gaps(memory)
    if not gaps:
        return None
    nine_of_ten = quantiles(gaps, n=10, method="inclusive")[-1]
    return timedelta(seconds=max(4 * median(gaps), 2 * nine_of_ten))


def _gaps(memory: Memory) -> list[float]:
    if len(memory.cycles) < FEWEST_CYCLES:
        return []
    pairs = zip(memory.cycles, memory.cycles[1:], strict=False)
    return [(later - earlier).total_seconds() for earlier, later in pairs]


def _cycles(memory: Memory, job: Job) -> dict[str, tuple[object, ...]]:
    # In quarantine a job runs at another pace, which says nothing about its own.
    last = job.last
    if last is None or last.began is None or job.quarantine is not None:
        return {}
    escrows = dict(memory.escrows) | {last.began: last.escrowed}
    return {
        "cycles": tuple(sorted({*memory.cycles, last.began}))[-MOST_CYCLES:],
        "escrows": tuple(sorted(escrows.items()))[-MOST_CYCLES:],
    }


def _quarantine(memory: Memory, job: Job) -> Quarantine | None:
    """The present quarantine, or the last one until a cycle that ended after its beginning has succeeded."""
    if job.quarantine is not None or memory.quarantine is None:
        return job.quarantine
    began, done = memory.quarantine.current_began or memory.status_since, job.last_success
    ended = (done.ended or done.began) if done is not None else None
    return None if ended is not None and (began is None or ended > began) else memory.quarantine


def _stopped_by(memory: Memory, audits: Iterable[AuditEvent]) -> str:
    since = memory.status_since
    found = [event for event in audits if changes.is_pause(event) and since is not None and event.at >= since - LATELY]
    return _who(found) or memory.stopped_by


def _gone(memory: Memory, audits: Iterable[AuditEvent], now: datetime) -> Memory:
    deletions = [event for event in audits if changes.is_deletion(event)]
    return replace(memory, gone_since=memory.gone_since or now, stopped_by=_who(deletions) or memory.stopped_by)


def _who(events: Iterable[AuditEvent]) -> str:
    last = max(events, key=lambda event: (event.at, event.id), default=None)
    return last.actor if last is not None else ""
