"""The beats of a bad day: everything fails at once, and then something else goes wrong, or right, every few seconds."""

from __future__ import annotations

import random
from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.beats.registry import BEATS, beat

if TYPE_CHECKING:
    from sandbox.tenant import Tenant

_CODES = ("EntryConflict", "TooManyRequests", "InternalServerError", "MandatoryFieldsMissing", "Timeout")
_MOST_SICK = 8


@beat
def outage(tenant: Tenant, at: datetime, causes: int = 3) -> list[str]:
    """What all jobs need is away for a moment: objects of each that runs fail, for so many causes."""
    rng = random.Random(f"{tenant.seed} outage")
    met = [job for job in tenant.jobs.values() if not job.paused and job.broken is None]
    for job in met:
        for code in rng.sample(_CODES, causes):
            BEATS["fail"](tenant, at, job.id, code=f"{job.spec.prefix}{code}", count=rng.randint(1, 8))
    return [job.id for job in met]


@beat
def storm(tenant: Tenant, at: datetime, gust: int = 0) -> str:
    """One gust: a job falls ill or recovers; the next gust follows some seconds later."""
    rng = random.Random(f"{tenant.seed} storm {gust}")
    later = at + tenant.span(seconds=rng.uniform(8, 25))
    tenant.timeline.at(later, lambda then: storm(tenant, then, gust + 1))
    jobs = list(tenant.jobs.values())
    sick = [job for job in jobs if job.failing or job.broken]
    if sick and (len(sick) >= _MOST_SICK or rng.random() < 0.4):
        return BEATS["recover"](tenant, at, rng.choice(sick).id)
    job = rng.choice(jobs)
    if rng.random() < 0.2:
        return BEATS["credential_expires"](tenant, at, job.id)
    code = f"{job.spec.prefix}{rng.choice(_CODES)}"
    BEATS["fail"](tenant, at, job.id, code=code, count=rng.randint(1, 60))
    return job.id
