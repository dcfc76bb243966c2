"""Beats of the sync with Active Directory."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.beats.registry import beat
from sandbox.ids import whole_second
from sandbox.people import DOMAIN

if TYPE_CHECKING:
    from sandbox.tenant import Tenant


@beat
def sync_stopped(tenant: Tenant, at: datetime, hours: float = 0.0) -> str:
    """Connect Sync stands still, for so many hours already."""
    tenant.sync.stopped_at = at - timedelta(hours=hours)
    return whole_second(tenant.sync.stopped_at)


@beat
def passwords_stopped(tenant: Tenant, at: datetime, hours: float = 0.0) -> str:
    """Only the synchronization of password hashes stands still."""
    tenant.sync.passwords_stopped_at = at - timedelta(hours=hours)
    return whole_second(tenant.sync.passwords_stopped_at)


@beat
def sync_resumed(tenant: Tenant, at: datetime) -> None:
    """Connect Sync runs again."""
    tenant.sync.stopped_at = tenant.sync.passwords_stopped_at = None


@beat
def sync_conflict(tenant: Tenant, at: datetime, number: int = 1) -> list[str]:
    """People are synchronized without an address, because somebody else has it already."""
    people = tenant.world.people
    for wanting, holding in zip(people[100 : 100 + number], people[400 : 400 + number], strict=True):
        tenant.sync.conflicts[wanting.id] = {
            "category": "PropertyConflict",
            "occurredDateTime": whole_second(at),
            "propertyCausingError": "ProxyAddress",
            "value": f"SMTP:{holding.upn}",
        }
    return list(tenant.sync.conflicts)


@beat
def service_refused(tenant: Tenant, at: datetime) -> str:
    """Exchange does not take a person over."""
    person = tenant.world.people[150]
    detail = f'The value "{person.given.lower()}@{DOMAIN}" of property "EmailAddresses" is used by another recipient.'
    tenant.sync.refused[person.id] = {
        "createdDateTime": whole_second(at),
        "isResolved": False,
        "serviceInstance": "exchange/eurprd01-001-01",
        "errorDetail": f"<ServiceInstance><ObjectErrors><ErrorRecord><ErrorDescription>{detail}</ErrorDescription></ErrorRecord></ObjectErrors></ServiceInstance>",
    }
    return person.id


@beat
def sync_repaired(tenant: Tenant, at: datetime) -> None:
    """What could not be taken over is put right."""
    tenant.sync.conflicts.clear()
    tenant.sync.refused.clear()


@beat
def switched_to_cloud(tenant: Tenant, at: datetime, person: int = 7) -> str:
    """A person is managed in the cloud from now on."""
    found = tenant.world.people[person]
    tenant.sync.cloud_managed.add(found.id)
    return found.upn
