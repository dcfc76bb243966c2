"""Beats of entitlement management: access packages are given, fail, are given past their policy, or to nobody's answer."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.audits import Activity, target
from sandbox.beats.registry import beat
from sandbox.rows import Json

if TYPE_CHECKING:
    from sandbox.tenant import Tenant

GUEST_DOMAIN = "finchlabs.example"
FULFILLED = "Fulfill access package assignment request"
FAILED = "Failed access package assignment request"
TIMED_OUT = "Access package assignment request timed out (no approver action taken)"


def _activity(name: str, operation: str) -> Activity:
    return Activity(name=name, service="Entitlement Management", category="EntitlementManagement", operation=operation)


@beat
def package_fulfilled(
    tenant: Tenant, at: datetime, package: str = "Research lab", number: int = 40, guest: bool = False
) -> str:
    """A request for an access package is fulfilled; the row's actor is who received it, as Microsoft documents."""
    who = _guest(tenant, number) if guest else _member(tenant, number)
    activity = _activity(FULFILLED, "FulfillEntitlementGrantRequest")
    tenant.note(at, activity, targets=_about(tenant, package), details=_details(who), user=_user(who))
    return who["userPrincipalName"]


@beat
def package_failed(
    tenant: Tenant, at: datetime, package: str = "Research lab", number: int = 41, partly: bool = False
) -> str:
    """A request was approved, but a resource of the package could not be given."""
    who = _member(tenant, number)
    name = "Partially fulfill access package assignment request" if partly else FAILED
    targets = [*_about(tenant, package), who]
    reason = "" if partly else "The resource role could not be assigned: the group is synchronized from on-premises."
    activity = _activity(name, "FailEntitlementGrantRequest")
    tenant.note(
        at, activity, targets=targets, app="Azure AD Identity Governance - Entitlement Management", reason=reason
    )
    return who["userPrincipalName"]


@beat
def package_assigned(
    tenant: Tenant, at: datetime, package: str = "Finance approvers", number: int = 42, guest: bool = False
) -> str:
    """An administrator assigns an access package directly."""
    who = _guest(tenant, number) if guest else _member(tenant, number)
    activity = _activity(
        "Administrator directly assigns user to access package", "CreateEntitlementGrantAdminAddRequest"
    )
    targets = [*_about(tenant, package), who]
    tenant.note(at, activity, targets=targets, details=_details(who), user=tenant.admins[3])
    return who["userPrincipalName"]


@beat
def requests_time_out(tenant: Tenant, at: datetime, package: str = "Research lab", count: int = 3) -> int:
    """Nobody answers some requests for an access package until their time is up."""
    activity = _activity(TIMED_OUT, "TimeoutEntitlementGrantRequest")
    for number in range(count):
        who = _member(tenant, 60 + number)
        targets = [*_about(tenant, package), who]
        tenant.note(at, activity, targets=targets, app="Azure AD Identity Governance - Entitlement Management")
    return count


@beat
def policy_saved(tenant: Tenant, at: datetime, package: str = "Research lab", approval: bool = False) -> str:
    """Somebody saves the policy of an access package, with or without anybody who approves."""
    activity = _activity("Update access package assignment policy", "UpdateAccessPackageAssignmentPolicy")
    policy = target("AccessPackageAssignmentPolicy", tenant.world.guid("policy", package), f"{package}: initial policy")
    details = {
        "IsApprovalRequiredForAdd": str(approval),
        "IsApprovalRequiredForUpdate": "False",
        "SpecificAllowedTargets": "AllMemberUsers",
    }
    tenant.note(at, activity, targets=[policy, *_about(tenant, package)], details=details, user=tenant.admins[3])
    return policy["displayName"]


@beat
def organization_connected(tenant: Tenant, at: datetime, name: str = "Finch Labs") -> str:
    """Somebody adds a connected organization."""
    partner = tenant.world.guid("tenant of", name)
    activity = _activity("Create connected organization", "CreateConnectedOrganization")
    found = target("ConnectedOrganization", tenant.world.guid("connected", name), name)
    details = {"Description": f"Partner for research\n{partner}", "State": "configured"}
    tenant.note(at, activity, targets=[found], details=details, user=tenant.admins[3])
    return found["id"]


@beat
def extension_called(tenant: Tenant, at: datetime, name: str = "Open a ServiceNest ticket", fails: bool = True) -> str:
    """Entitlement management calls the logic app behind a custom extension."""
    activity = _activity("Execute custom extension", "ExecuteCustomExtension")
    found = target("CustomExtension", tenant.world.guid("extension", name), name)
    reason = "The logic app answered 401 Unauthorized." if fails else ""
    tenant.note(
        at, activity, targets=[found], app="Azure AD Identity Governance - Entitlement Management", reason=reason
    )
    return found["id"]


def _about(tenant: Tenant, package: str) -> list[Json]:
    request = target("AccessPackageAssignmentRequest", tenant.world.guid("request", package), None)
    return [target("AccessPackage", tenant.world.guid("package", package), package), request]


def _member(tenant: Tenant, number: int) -> Json:
    person = tenant.world.people[number]
    return target("User", person.id, person.name, upn=person.upn)


def _guest(tenant: Tenant, number: int) -> Json:
    person = tenant.world.people[number]
    local = person.upn.partition("@")[0]
    upn = f"{local}_{GUEST_DOMAIN}#EXT#@{person.upn.partition('@')[2]}"
    return target("User", tenant.world.guid("guest", upn), person.name, upn=upn)


def _details(who: Json) -> dict[str, str]:
    return {"TargetUserType": "Guest" if "#EXT#" in who["userPrincipalName"] else "Member"}


def _user(who: Json) -> Json:
    return {key: who[key] for key in ("id", "displayName", "userPrincipalName")}
