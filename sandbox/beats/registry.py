"""The beats by name, and what several of them share."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox import cycles
from sandbox.job import Job
from sandbox.trouble import Subject, Trouble

if TYPE_CHECKING:
    from sandbox.tenant import Tenant

Beat = Callable[..., Any]
BEATS: dict[str, Beat] = {}


def beat(function: Beat) -> Beat:
    """Make a function callable by its name, with the tenant, the time and the beat's own arguments."""
    BEATS[function.__name__] = function
    return function


def healthy(tenant: Tenant, job: Job, count: int) -> list[Subject]:
    """Some objects of a job that nothing is wrong with; the same ones for the same seed and state."""
    free = [subject for subject in job.pool if subject.id not in job.failing and subject.id not in job.reserved]
    random.Random(f"{tenant.seed} {job.id} {len(job.failing)}").shuffle(free)
    return free[:count]


def stop(tenant: Tenant, at: datetime, job: Job, trouble: Trouble) -> str:
    """Let no cycle of a job get through any more, beginning with one right now."""
    job.broken = trouble
    cycles.begin(tenant, job, at, prompt=True)
    return job.id
