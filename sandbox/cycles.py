"""How a job lives: cycles begin, end, bring rows, fail as a whole, lead into quarantine and out of it."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.ids import drawn_guid
from sandbox.job import Cycle, Execution, Job, Quarantine
from sandbox.outcomes import OUT_OF_SCOPE, UNCHANGED, Outcome, failed
from sandbox.trouble import Failing, Subject, retry_after_hours

if TYPE_CHECKING:
    from sandbox.tenant import Tenant

# Real cycles take half a minute to days; these are short, so that a demonstration can be watched.
INCREMENTAL_SECONDS = 3.0
INITIAL_SECONDS = 6.0
INITIAL_ROWS = (30, 50)
DISABLED_AFTER = timedelta(days=28)


def plan(tenant: Tenant, job: Job, when: datetime) -> None:
    """Let the next cycle begin at a time; what was planned before is off."""
    job.next_at = when
    tenant.timeline.at(when, lambda at: begin(tenant, job, at) if job.next_at == when else None)


def begin(
    tenant: Tenant, job: Job, at: datetime, *, initial: bool = False, prompt: bool = False, hours: float = 0.0
) -> None:
    """Begin a cycle now; where one is running, as soon as it has ended. A paused job does nothing.

    `hours` is how long it takes, where that is longer than usual.
    """
    if job.paused:
        return
    if job.running is not None:
        wanted = job.wanted or (False, False)
        job.wanted = (wanted[0] or initial, wanted[1] or prompt)
        return
    job.cycles += 1
    rng = random.Random(f"{tenant.seed} {job.id} {job.cycles}")
    length = hours * 3600 or (INITIAL_SECONDS if initial else INCREMENTAL_SECONDS)
    ends = at + tenant.span(seconds=length)
    job.running = Cycle(id=drawn_guid(rng), began=at, initial=initial, prompt=prompt, rng=rng, ends=ends)
    tenant.timeline.at(ends, lambda ended: _end(tenant, job, ended))


def _end(tenant: Tenant, job: Job, at: datetime) -> None:
    cycle, job.running = job.running, None
    if cycle is None:
        return
    if job.stuck:
        _stop(tenant, job, cycle, at)
    else:
        _get_through(tenant, job, cycle, at)
    if job.wanted is not None:
        (initial, prompt), job.wanted = job.wanted, None
        begin(tenant, job, at, initial=initial, prompt=prompt)
    elif not job.paused:
        due = cycle.began + tenant.span(seconds=job.spec.cadence)
        plan(tenant, job, job.quarantine.next_attempt if job.quarantine else max(at, due))


def _stop(tenant: Tenant, job: Job, cycle: Cycle, at: datetime) -> None:
    """The whole cycle failed: the job enters quarantine, or stays in it until the next attempt."""
    assert job.broken is not None
    error = job.broken if job.broken.code else None
    job.last = Execution(id=cycle.id, began=cycle.began, ended=at, state="Failed", error=error)
    job.failures_in_a_row += 1
    if job.staged:
        _write(tenant, job, cycle, at, [(who, Outcome(action="stagedDelete")) for who in job.staged])
    if (stay := job.quarantine) is None:
        began = Quarantine(
            reason=job.broken.quarantine,
            error=error,
            began=at,
            series_began=at,
            next_attempt=at + tenant.span(hours=retry_after_hours(1)),
        )
        job.quarantine, job.code = began, "Quarantine"
        tenant.audit(at, "Quarantine", job, reason=began.reason)
        return
    stay.attempts += 1
    stay.next_attempt = stay.series_began + tenant.span(hours=retry_after_hours(stay.attempts))
    if at - stay.series_began >= tenant.span(hours=DISABLED_AFTER / timedelta(hours=1)):
        job.code, job.schedule = "Paused", "Disabled"
        tenant.audit(at, "Disable/pause provisioning configuration", job)


def _get_through(tenant: Tenant, job: Job, cycle: Cycle, at: datetime) -> None:
    """The cycle ran: objects were brought over or failed one by one, and a quarantine is over."""
    job.broken, job.quarantine, job.failures_in_a_row = None, None, 0
    job.code = job.code if job.paused else "Active"
    work = [*_retries(tenant, job, cycle, at), *_deletes(job), *_ordinary(job, cycle)]
    _write(tenant, job, cycle, at, work)
    failures = sum(outcome.status == "failure" for _, outcome in work)
    exports = sum(outcome.status != "skipped" for _, outcome in work)
    escrowed = sum(failing.retried for failing in job.failing.values()) + job.more_escrows
    done = Execution(
        id=cycle.id,
        began=cycle.began,
        ended=at,
        state="EntryLevelErrors" if escrowed else "Succeeded",
        imported=len(work),
        exports=exports,
        exported=exports - failures,
        escrowed=escrowed,
    )
    job.last = job.last_success = done
    if done.exported:
        job.last_export = done
    job.steady_since, job.steady_until = job.steady_since or at, at
    job.synced += sum(outcome.action == "create" and outcome.status == "success" for _, outcome in work)


def _retries(tenant: Tenant, job: Job, cycle: Cycle, at: datetime) -> list[tuple[Subject, Outcome]]:
    """Failing objects whose turn it is: those whose cause was repaired get through, the others fail again."""
    found: list[tuple[Subject, Outcome]] = []
    for failing in list(job.failing.values()):
        if failing.trouble.repaired:
            del job.failing[failing.subject.id]
            found.append((failing.subject, Outcome(action=failing.trouble.action, new=failing.value or None)))
        elif cycle.initial or _due(tenant, failing, at):
            failing.first, failing.retried = failing.first or at, True
            failing.attempts += 1
            found.append((failing.subject, failed(failing)))
    return found


def _due(tenant: Tenant, failing: Failing, at: datetime) -> bool:
    """Entra tries again in the next cycle, then about 6, 12 and 24 hours after the first failure, then daily."""
    if not failing.retried or failing.first is None or failing.attempts < 2:
        return failing.retried
    return at >= failing.first + tenant.span(hours=retry_after_hours(failing.attempts - 1))


def _deletes(job: Job) -> list[tuple[Subject, Outcome]]:
    allowed, job.deletes_allowed = job.deletes_allowed, False
    gone, job.staged = (job.staged if allowed else []), []
    return [(who, Outcome(action="delete")) for who in gone]


def _ordinary(job: Job, cycle: Cycle) -> list[tuple[Subject, Outcome]]:
    low, high = INITIAL_ROWS if cycle.initial else job.spec.volume
    drawn = cycle.rng.sample(job.pool, min(len(job.pool), cycle.rng.randint(low, high)))
    busy = job.failing.keys() | job.reserved
    return [(who, _chance(cycle)) for who in drawn if who.id not in busy]


def _chance(cycle: Cycle) -> Outcome:
    """What mostly happens: little. An initial cycle finds nearly everything as it should be."""
    luck = cycle.rng.random()
    if luck < (0.85 if cycle.initial else 0.15):
        return UNCHANGED
    if luck < 0.9:
        return Outcome()
    return OUT_OF_SCOPE if luck > 0.97 else Outcome(action="create")


def _write(tenant: Tenant, job: Job, cycle: Cycle, at: datetime, work: list[tuple[Subject, Outcome]]) -> None:
    step = (at - cycle.began) / (len(work) + 1)
    for number, (who, outcome) in enumerate(work, start=1):
        when = cycle.began + step * number
        row = tenant.log.row(job.spec, who, outcome, when, cycle.id, cycle.rng)
        tenant.send(row, when, cycle.rng, prompt=cycle.prompt, not_before=at)
