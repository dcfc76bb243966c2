"""Beats of the log itself: rows that come late, failures that come and go, masses of changes, references found again."""

from __future__ import annotations

import random
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from sandbox import causes
from sandbox.beats.registry import beat, healthy
from sandbox.ids import drawn_guid
from sandbox.job import Job
from sandbox.outcomes import Outcome, failed
from sandbox.trouble import Failing, Subject

if TYPE_CHECKING:
    from sandbox.tenant import Tenant


@beat
def logs_late(tenant: Tenant, at: datetime, hours: float = 12.0) -> float:
    """From now on rows are so many hours under way, although cycles go on; 0 lets new rows come as before."""
    tenant.lag = msgspec.structs.replace(tenant.lag, held=hours * 3600)
    return hours


@beat
def comes_and_goes(
    tenant: Tenant, at: datetime, job: str = "ServiceNest", code: str = "ServiceNestInternalServerError", count: int = 3
) -> list[str]:
    """Some objects of a job fail once and come through right afterwards."""
    found = tenant.job(job)
    subjects = healthy(tenant, found, count)
    outcome = failed(Failing(subject=subjects[0], trouble=causes.by_code(code)))
    _write(tenant, at - tenant.span(seconds=60), found, subjects, outcome)
    return _write(tenant, at, found, subjects, Outcome())


@beat
def mass_change(
    tenant: Tenant, at: datetime, job: str = "Slackline", action: str = "disable", count: int = 150
) -> list[str]:
    """A filter was changed, or the source lost a part: a job deletes or disables very many objects at once."""
    found = tenant.job(job)
    return _write(tenant, at, found, healthy(tenant, found, count), Outcome(action=action))


@beat
def references_found(tenant: Tenant, at: datetime, objects: list[str], job: str = "AAD2ADGroupProvisioning") -> int:
    """Groups that had lost members come over whole."""
    found = tenant.job(job)
    return len(_write(tenant, at, found, [who for who in found.pool if who.id in objects], Outcome()))


def _write(tenant: Tenant, at: datetime, job: Job, subjects: list[Subject], outcome: Outcome) -> list[str]:
    rng = random.Random(f"{tenant.seed} {job.id} {at.timestamp()} {outcome.status}")
    cycle = drawn_guid(rng)
    for subject in subjects:
        tenant.send(tenant.log.row(job.spec, subject, outcome, at, cycle, rng), at, rng, prompt=True)
    return [subject.id for subject in subjects]
