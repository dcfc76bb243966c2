"""Beats that happen to a whole job: credentials expire, thresholds are crossed, somebody stops it in the portal."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sandbox import causes, cycles
from sandbox.beats.registry import beat, healthy, stop
from sandbox.catalogue import AD

if TYPE_CHECKING:
    from sandbox.tenant import Tenant

CREDENTIALS_CHANGED = "Update provisioning setting or credentials"


@beat
def credential_expires(tenant: Tenant, at: datetime, job: str = "Workday") -> str:
    """The saved credential of a job expires; its next cycle leads into quarantine."""
    found = tenant.job(job)
    return stop(tenant, at, found, causes.expired_credential(found.spec.prefix))


@beat
def credential_renewed(tenant: Tenant, at: datetime, job: str = "Workday") -> str:
    """An administrator saves a new credential; the job stays where it is until its next attempt or a start."""
    found = tenant.job(job)
    if found.broken is not None:
        found.broken.repaired = True
    tenant.audit(at, CREDENTIALS_CHANGED, found, user=tenant.admins[1])
    return found.id


@beat
def agent_down(tenant: Tenant, at: datetime) -> list[str]:
    """No cloud sync agent listens any more: every job that reads Active Directory stops."""
    reading = [job for job in tenant.jobs.values() if job.spec.source == AD]
    return [stop(tenant, at, job, causes.no_active_agent()) for job in reading]


@beat
def too_many_deletes(tenant: Tenant, at: datetime, job: str = "AD2AADProvisioning", count: int = 500) -> str:
    """So many objects leave the source at once that the job stages their deletion and asks first."""
    found = tenant.job(job)
    found.staged = healthy(tenant, found, count)
    return stop(tenant, at, found, causes.threshold("TooManyDeletes", repaired_by="force_deletes"))


@beat
def threshold(
    tenant: Tenant, at: datetime, job: str = "Ledgerline", reason: str = "EncounteredEscrowProportionThreshold"
) -> str:
    """So many objects fail that the job enters quarantine, for a reason that is a count and no error."""
    return stop(tenant, at, tenant.job(job), causes.threshold(reason, repaired_by="restart"))


@beat
def escrows_pruned(tenant: Tenant, at: datetime, job: str = "Plotter") -> str:
    """An initial cycle had so many errors that the list of them was thrown away; the job waits, paused."""
    found = tenant.job(job)
    found.escrows_pruned = True
    found.code, found.schedule, found.next_at = "Paused", "Paused", None
    return found.id


@beat
def stopped_in_portal(tenant: Tenant, at: datetime, job: str = "Slackline") -> str:
    """An administrator stops a job in the portal."""
    found = tenant.job(job)
    found.code, found.schedule, found.next_at = "Paused", "Paused", None
    tenant.audit(at, "Disable/pause provisioning configuration", found, user=tenant.admins[2])
    return found.id


@beat
def stalls(tenant: Tenant, at: datetime, job: str = "Salesforge", hours: float = 24.0) -> str:
    """A job looks active but runs no cycle for hours."""
    found = tenant.job(job)
    cycles.plan(tenant, found, at + tenant.span(hours=hours))
    return found.id


@beat
def long_initial_cycle(tenant: Tenant, at: datetime, job: str = "Ledgerline", hours: float = 30.0) -> str:
    """A job begins an initial cycle over so much that it takes more than a day."""
    found = tenant.job(job)
    cycles.begin(tenant, found, at, initial=True, hours=hours)
    return found.id
