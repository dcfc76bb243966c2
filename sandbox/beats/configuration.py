"""Beats that happen around a job: its configuration is changed, its secret ends, its saved credentials are revoked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sandbox import causes, cycles
from sandbox.beats.registry import beat

if TYPE_CHECKING:
    from sandbox.tenant import Tenant

MAPPING_CHANGED = "Update attribute mappings or scope"


@beat
def mapping_changed(tenant: Tenant, at: datetime, job: str = "Plotter") -> str:
    """An administrator saves other attribute mappings; an initial cycle begins by itself."""
    found = tenant.job(job)
    found.schema_changed = at
    tenant.audit(at, MAPPING_CHANGED, found, user=tenant.admins[2])
    cycles.begin(tenant, found, at, initial=True)
    return found.id


@beat
def schema_changed(tenant: Tenant, at: datetime, job: str = "Ledgerline") -> str:
    """A job's schema is another one from now on, and no audit row says who changed it."""
    found = tenant.job(job)
    found.schema_changed = at
    return found.id


@beat
def secret_ends(tenant: Tenant, at: datetime, job: str = "Workday", days: float = 12.0) -> str:
    """The client secret of a job's application ends so many days from now."""
    found = tenant.job(job)
    tenant.secret_ends[found.spec.principal.id] = at + timedelta(days=days)
    return found.id


@beat
def secret_renewed(tenant: Tenant, at: datetime, job: str = "Workday") -> str:
    """The application gets a new client secret."""
    return secret_ends(tenant, at, job, 365.0)


@beat
def credential_revoked(tenant: Tenant, at: datetime, job: str = "Slackline") -> str:
    """The target takes a job's saved credential back; nobody notices before the job's next cycle."""
    found = tenant.job(job)
    found.broken = causes.expired_credential(found.spec.prefix)
    return found.id


@beat
def credential_restored(tenant: Tenant, at: datetime, job: str = "Slackline") -> str:
    """The target takes the saved credential again."""
    found = tenant.job(job)
    found.broken = None
    return found.id


@beat
def group_deleted(tenant: Tenant, at: datetime, number: int = 0) -> str:
    """Somebody deletes a group that is assigned to every application; its assignments go with it."""
    found = tenant.world.groups[number]
    tenant.groups_gone.add(found.id)
    return found.id


@beat
def group_emptied(tenant: Tenant, at: datetime, number: int = 1) -> str:
    """Somebody takes all members out of an assigned group."""
    found = tenant.world.groups[number]
    tenant.groups_empty.add(found.id)
    return found.id


@beat
def group_renamed(tenant: Tenant, at: datetime, number: int = 2, name: str = "Contractors (old)") -> str:
    """Somebody gives an assigned group another name."""
    found = tenant.world.groups[number]
    tenant.groups_named[found.id] = name
    return found.id


@beat
def groups_restored(tenant: Tenant, at: datetime) -> None:
    """All groups are as they were."""
    tenant.groups_gone.clear()
    tenant.groups_empty.clear()
    tenant.groups_named.clear()
