"""Beats that happen to single objects: they fail, leave the scope, lose members, are repaired."""

from __future__ import annotations

import random
from datetime import datetime
from typing import TYPE_CHECKING

from sandbox import causes, cycles
from sandbox.beats.registry import beat, healthy
from sandbox.ids import drawn_guid
from sandbox.job import Job
from sandbox.outcomes import ASSIGNED_IN_VAIN, LOST_MEMBERS, OUT_OF_SCOPE, Outcome
from sandbox.trouble import Failing, Subject, Trouble

if TYPE_CHECKING:
    from sandbox.tenant import Tenant


@beat
def proxy_conflict(tenant: Tenant, at: datetime, job: str = "AD2AADProvisioning", count: int = 3) -> list[str]:
    """AD accounts get a proxyAddress that somebody else has, so cloud sync cannot write them."""
    return _fail(tenant, at, tenant.job(job), causes.proxy_conflict(), count)


@beat
def fail(
    tenant: Tenant,
    at: datetime,
    job: str,
    code: str = "InternalServerError",
    count: int = 40,
    reason: str = "",
    status: str = "failure",
) -> list[str]:
    """Some objects of a job fail (or come through with a warning), all with one error code."""
    trouble = causes.by_code(code, reason)
    trouble.status = status
    return _fail(tenant, at, tenant.job(job), trouble, count)


@beat
def administrator_fails(
    tenant: Tenant, at: datetime, job: str = "Plotter", code: str = "InternalServerError", number: int = 0
) -> str:
    """The account of somebody who holds a directory role fails."""
    found, address = tenant.job(job), tenant.admins[number]["userPrincipalName"]
    subject = next(who for who in found.pool if who.address == address)
    found.failing[subject.id] = Failing(subject=subject, trouble=causes.by_code(code))
    cycles.begin(tenant, found, at, prompt=True)
    return subject.id


@beat
def retry(tenant: Tenant, at: datetime, job: str) -> list[str]:
    """A cycle tries all failing objects of a job once more, whether or not it was their turn."""
    found = tenant.job(job)
    for failing in found.failing.values():
        failing.attempts = min(failing.attempts, 1)
    cycles.begin(tenant, found, at, prompt=True)
    return list(found.failing)


@beat
def recover(tenant: Tenant, at: datetime, job: str) -> str:
    """Whatever was wrong with a job is repaired, and a cycle finds out."""
    found = tenant.job(job)
    for failing in found.failing.values():
        failing.trouble.repaired = True
    if found.broken is not None:
        found.broken.repaired = True
    cycles.begin(tenant, found, at, prompt=True)
    return found.id


@beat
def leaves_scope(tenant: Tenant, at: datetime, job: str, count: int = 1) -> list[str]:
    """Failing objects leave the job's scope, so that they fail no more and are not brought over either."""
    found = tenant.job(job)
    gone = [failing.subject for failing in list(found.failing.values())[:count]]
    for subject in gone:
        del found.failing[subject.id]
        found.reserved.add(subject.id)
    return _write(tenant, at, found, gone, OUT_OF_SCOPE)


@beat
def lost_members(tenant: Tenant, at: datetime, job: str = "AAD2ADGroupProvisioning", count: int = 2) -> list[str]:
    """Groups come over without some of their members: the row says skipped, the steps say why."""
    found = tenant.job(job)
    return _write(tenant, at, found, healthy(tenant, found, count), LOST_MEMBERS)


@beat
def assigned_in_vain(tenant: Tenant, at: datetime, job: str = "Plotter", count: int = 3) -> list[str]:
    """People are assigned to an application in a role that gives no right to it, so that the job skips them."""
    found = tenant.job(job)
    chosen = healthy(tenant, found, count)
    found.reserved |= {who.id for who in chosen}
    return _write(tenant, at, found, chosen, ASSIGNED_IN_VAIN)


def _fail(tenant: Tenant, at: datetime, job: Job, trouble: Trouble, count: int) -> list[str]:
    """Let healthy objects of a job fail for one cause, beginning with a cycle right now."""
    chosen = healthy(tenant, job, count)
    for number, subject in enumerate(chosen):
        rival = job.pool[number - len(job.pool) // 2]
        job.failing[subject.id] = Failing(subject=subject, trouble=trouble, value=f"SMTP:{rival.address}")
    cycles.begin(tenant, job, at, prompt=True)
    return [subject.id for subject in chosen]


def _write(tenant: Tenant, at: datetime, job: Job, subjects: list[Subject], outcome: Outcome) -> list[str]:
    rng = random.Random(f"{tenant.seed} {job.id} {at.timestamp()}")
    cycle = drawn_guid(rng)
    for subject in subjects:
        tenant.send(tenant.log.row(job.spec, subject, outcome, at, cycle, rng), at, rng, prompt=True)
    return [subject.id for subject in subjects]
