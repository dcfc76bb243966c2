"""The beat of a mass failure: more objects fail at once than the company has people."""

from __future__ import annotations

import random
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from sandbox.beats.registry import beat
from sandbox.ids import drawn_guid
from sandbox.job import Job
from sandbox.outcomes import Outcome
from sandbox.trouble import Subject

if TYPE_CHECKING:
    from sandbox.tenant import Tenant


@beat
def flood(
    tenant: Tenant,
    at: datetime,
    job: str = "Plotter",
    count: int = 10_000,
    codes: tuple[str, ...] = ("PlotterInternalServerError",),
    beginning: int = 0,
) -> list[str]:
    """So many objects fail, in turns for each of the codes; the text of each row names another number."""
    found = tenant.job(job)
    rng = random.Random(f"{tenant.seed} flood {at.timestamp()} {beginning}")
    cycle = drawn_guid(rng)
    subjects = _subjects(found, beginning, count)
    for number, subject in enumerate(subjects, start=beginning):
        reason = f"Request {number * 7919 % 1_000_003} for '{subject.address}' ended after {number} ms."
        outcome = Outcome(status="failure", code=codes[number % len(codes)], reason=reason)
        tenant.send(tenant.log.row(found.spec, subject, outcome, at, cycle, rng), at, rng, prompt=True)
    return [subject.id for subject in subjects]


@beat
def flood_ends(
    tenant: Tenant, at: datetime, job: str = "Plotter", count: int = 10_000, beginning: int = 0
) -> list[str]:
    """The same objects come through."""
    found = tenant.job(job)
    rng = random.Random(f"{tenant.seed} flood ends {at.timestamp()}")
    cycle, subjects = drawn_guid(rng), _subjects(found, beginning, count)
    for subject in subjects:
        tenant.send(tenant.log.row(found.spec, subject, Outcome(), at, cycle, rng), at, rng, prompt=True)
    return [subject.id for subject in subjects]


def _subjects(job: Job, beginning: int, count: int) -> list[Subject]:
    """Objects made after those of the job, the same ones for the same numbers."""
    return [
        msgspec.structs.replace(job.pool[number % len(job.pool)], id=f"flood-{number:06d}", target_id="")
        for number in range(beginning, beginning + count)
    ]
