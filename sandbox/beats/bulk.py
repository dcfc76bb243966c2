"""The beat for measuring: very many rows of known outcome, late, repeated and out of order."""

from __future__ import annotations

import random
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from sandbox import causes
from sandbox.beats.registry import beat, healthy
from sandbox.ids import drawn_guid
from sandbox.job import Job
from sandbox.lag import Lag
from sandbox.outcomes import UNCHANGED, Outcome, failed
from sandbox.rows import Json
from sandbox.trouble import Failing, Subject

if TYPE_CHECKING:
    from sandbox.tenant import Tenant

_OBJECTS_OF_A_JOB = 150
_ILL = 0.3
_SKIPPED = 0.05
_CODES = ("EntryConflict", "InternalServerError", "MandatoryFieldsMissing", "InvalidDomain", "UnprocessableEntity")


class _Actor(msgspec.Struct, frozen=True, kw_only=True):
    """An object that rows are about; `ill` says how it fails when it fails."""

    job: Job
    subject: Subject
    ill: Outcome | None


@beat
def bulk(
    tenant: Tenant,
    at: datetime,
    rows: int = 20_000,
    hours: float = 3.0,
    failures: float = 0.1,
    p95: float = 120.0,
    late: float = 0.01,
    tail: float = 3_600.0,
    repeats: float = 0.01,
    past: bool = False,
) -> Json:
    """So many rows over so many hours from now on (or up to now), of which a share are failures.

    Answers with `open`: job id, object id and error code of every object that must end as failing. The jobs' own
    cycles keep away from these objects, and every row has a time of its own, so that the answer is exact.
    """
    rng = random.Random(f"{tenant.seed} bulk {at.timestamp()}")
    actors = _actors(tenant, rng)
    ill = [actor for actor in actors if actor.ill is not None]
    lag = Lag(p95=p95, late=late, tail=tail, repeats=repeats)
    began, step = (at - tenant.span(hours=hours) if past else at), tenant.span(hours=hours) / rows
    cycles = {actor.job.id: drawn_guid(rng) for actor in actors}
    ended: dict[tuple[str, str], str] = {}
    last = at
    for number in range(rows):
        when = began + step * (number + 1)
        fails = rng.random() < failures
        actor = rng.choice(ill if fails else actors)
        outcome = _outcome(actor, fails, rng)
        row = tenant.log.row(actor.job.spec, actor.subject, outcome, when, cycles[actor.job.id], rng)
        last = max(last, tenant.send(row, when, rng, lag=lag))
        if outcome.status != "skipped":
            ended[actor.job.id, actor.subject.id] = outcome.code
    still = sorted([job, who, code] for (job, who), code in ended.items() if code)
    return {"rows": rows, "objects": len(ended), "open": still, "last_arrival": last.isoformat()}


def _outcome(actor: _Actor, fails: bool, rng: random.Random) -> Outcome:
    if fails and actor.ill is not None:
        return actor.ill
    return UNCHANGED if actor.ill is None and rng.random() < _SKIPPED else Outcome()


def _actors(tenant: Tenant, rng: random.Random) -> list[_Actor]:
    """Objects that no row was ever about, taken away from the jobs' own cycles."""
    seen = tenant.subjects_sent
    found: list[_Actor] = []
    for job in tenant.jobs.values():
        fresh = [who for who in healthy(tenant, job, len(job.pool)) if (job.id, who.id) not in seen]
        for subject in fresh[:_OBJECTS_OF_A_JOB]:
            job.reserved.add(subject.id)
            ill = _illness(job, subject, rng) if rng.random() < _ILL else None
            found.append(_Actor(job=job, subject=subject, ill=ill))
    return found


def _illness(job: Job, subject: Subject, rng: random.Random) -> Outcome:
    if job.spec.template == "AD2AADProvisioning":
        return failed(Failing(subject=subject, trouble=causes.proxy_conflict(), value=f"SMTP:{subject.address}"))
    return failed(Failing(subject=subject, trouble=causes.by_code(f"{job.spec.prefix}{rng.choice(_CODES)}")))
