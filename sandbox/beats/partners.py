"""Beats of cross-tenant access: partners come, change and go, and one may sync its people into this tenant."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox.audits import Activity, target
from sandbox.beats.registry import beat

if TYPE_CHECKING:
    from sandbox.tenant import Tenant

PARTNER = {
    "added": "Add a partner to cross-tenant access setting",
    "changed": "Update a partner cross-tenant access setting",
    "removed": "Delete partner specific cross-tenant access setting",
}
SYNC = "partner cross-tenant identity sync setting"


@beat
def partner_edited(tenant: Tenant, at: datetime, change: str = "added", partner: str = "Finch Labs") -> str:
    """A partner is added to the cross-tenant access settings, changed there, or removed."""
    found = tenant.world.guid("tenant of", partner)
    about = Activity(name=PARTNER[change], category="CrossTenantAccessSettings", operation="Update")
    named = {"added": (None, found), "changed": (found, found), "removed": (found, None)}
    trust = {"isMfaAccepted": False}, {"isMfaAccepted": True}
    changed: dict[str, tuple[Any, Any]] = {"tenantId": named[change]}
    if change == "changed":
        changed["inboundTrust"] = trust
    targets = [target("Policy", tenant.world.guid("partner policy", partner), None, changed=changed)]
    tenant.note(at, about, targets=targets, user=tenant.admins[1])
    return found


@beat
def partner_sync(
    tenant: Tenant,
    at: datetime,
    verb: str = "Update",
    allowed: bool = True,
    before: bool = False,
    partner: str = "Finch Labs",
) -> str:
    """The policy of a partner's inbound synchronization is created, updated or deleted."""
    found = tenant.world.guid("tenant of", partner)
    about = Activity(name=f"{verb} a {SYNC}", category="CrossTenantIdentitySyncSettings", operation=verb)
    old = None if verb == "Create" else _policy(before)
    new = None if verb == "Delete" else _policy(allowed)
    changed = {"userSyncInbound": (old, new), "tenantId": (None if old is None else found, found)}
    targets = [target("Policy", tenant.world.guid("sync policy", partner), None, changed=changed)]
    tenant.note(at, about, targets=targets, user=tenant.admins[1])
    return found


@beat
def partner_defaults(tenant: Tenant, at: datetime, reset: bool = False) -> None:
    """The settings for every tenant that has none of its own are changed."""
    name = (
        "Reset the cross-tenant access default setting"
        if reset
        else "Update the company default cross-tenant access setting"
    )
    about = Activity(name=name, category="CrossTenantAccessSettings", operation="Update")
    changed = {"b2bCollaborationInbound": ({"applications": "none"}, {"applications": "all"})}
    targets = [target("Policy", tenant.world.guid("default policy"), "Default policy", changed=changed)]
    tenant.note(at, about, targets=targets, user=tenant.admins[1])


def _policy(allowed: bool) -> dict[str, bool]:
    return {"isSyncAllowed": allowed}
