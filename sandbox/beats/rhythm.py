"""Beats in the life of jobs: they appear, vanish, fall idle, and gather more failures than the company has people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from sandbox import cycles
from sandbox.beats.registry import beat
from sandbox.job import Job

if TYPE_CHECKING:
    from sandbox.tenant import Tenant


@beat
def started_in_portal(tenant: Tenant, at: datetime, job: str = "Slackline") -> str:
    """An administrator starts a stopped job in the portal; it goes on from where it was."""
    found = tenant.job(job)
    found.code, found.schedule, found.quarantine, found.escrows_pruned = "Active", "Active", None, False
    tenant.audit(at, "Enable/start provisioning configuration", found, user=tenant.admins[2])
    cycles.begin(tenant, found, at, prompt=True)
    return found.id


@beat
def job_added(tenant: Tenant, at: datetime, beside: str = "Slackline", runs: bool = True) -> str:
    """A second job is set up beside another, on the same service principal; without `runs` nobody starts it."""
    old = tenant.job(beside)
    spec = replace(old.spec, id=f"Added{old.spec.id}", template=f"Added{old.spec.template}")
    added = tenant.jobs[spec.id] = Job(spec, old.pool)
    if runs:
        cycles.begin(tenant, added, at, prompt=True)
    else:
        added.code = "NotRun"
    return spec.id


@beat
def job_deleted(tenant: Tenant, at: datetime, job: str = "Slackline") -> str:
    """An administrator deletes a job."""
    found = tenant.job(job)
    tenant.audit(at, "Delete provisioning configuration", found, user=tenant.admins[2])
    tenant.deleted[found.id] = tenant.jobs.pop(found.id)
    found.code, found.next_at = "Paused", None
    return found.id


@beat
def job_restored(tenant: Tenant, at: datetime) -> list[str]:
    """Deleted jobs are there again, and run."""
    back = list(tenant.deleted)
    for found in tenant.deleted.values():
        tenant.jobs[found.id] = found
        found.code = found.schedule = "Active"
        cycles.begin(tenant, found, at, prompt=True)
    tenant.deleted.clear()
    return back


@beat
def never_started(tenant: Tenant, at: datetime, job: str = "Plotter") -> str:
    """A job is as if it had just been configured: it waits for its first start."""
    found = tenant.job(job)
    found.code, found.next_at = "NotRun", None
    found.last = found.last_success = found.last_export = None
    found.steady_since = found.steady_until = None
    return found.id


@beat
def idle(tenant: Tenant, at: datetime, job: str = "Plotter", days: float = 31.0) -> str:
    """Nothing has changed in a job's scope for days, so that its cycles write nothing."""
    found = tenant.job(job)
    found.spec = replace(found.spec, volume=(0, 0))
    if found.last_export is not None:
        gone = timedelta(days=days)
        found.last_export = replace(found.last_export, began=at - gone, ended=at - gone)
    cycles.begin(tenant, found, at, prompt=True)
    return found.id


@beat
def busy(tenant: Tenant, at: datetime, job: str = "Plotter") -> str:
    """Changes come again."""
    found = tenant.job(job)
    found.spec = replace(found.spec, volume=(8, 12))
    cycles.begin(tenant, found, at, prompt=True)
    return found.id


@beat
def escrows_grow(tenant: Tenant, at: datetime, job: str = "Plotter", count: int = 4_400) -> str:
    """So many objects more wait to be tried again, as the job's status counts them."""
    found = tenant.job(job)
    found.more_escrows = count
    cycles.begin(tenant, found, at, prompt=True)
    return found.id
