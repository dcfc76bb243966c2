"""Objects of the directory in Graph's JSON shapes."""

from __future__ import annotations

from datetime import timedelta

from sandbox.graph.users import as_users, conflicts, refused
from sandbox.ids import whole_second
from sandbox.people import AD_DOMAIN, DOMAIN
from sandbox.rows import Json
from sandbox.tenant import Tenant
from sandbox.world import COMPANY, Group, ServicePrincipal

_ASSIGNED_USERS, _ASSIGNED_GROUPS = 20, 3
_DEFAULT_ROLE = "00000000-0000-0000-0000-000000000000"


def organization(tenant: Tenant) -> Json:
    domain = {"capabilities": "Email", "isDefault": True, "isInitial": True, "name": DOMAIN, "type": "Managed"}
    return {
        "id": tenant.id,
        "displayName": COMPANY,
        "onPremisesSyncEnabled": True,
        "onPremisesLastSyncDateTime": tenant.sync.last(tenant),
        "tenantType": "AAD",
        "verifiedDomains": [domain],
    }


def contacts(tenant: Tenant) -> list[Json]:
    """Mail contacts that came from Active Directory."""
    made: list[Json] = []
    for name in ("Printer Hotline", "Payroll Bureau"):
        identity, address = tenant.world.guid("contact", name), f"{name.replace(' ', '.').lower()}@partner.example"
        made.append(
            {
                "id": identity,
                "displayName": name,
                "mail": address,
                "onPremisesProvisioningErrors": conflicts(tenant, identity),
                "onPremisesSyncEnabled": True,
                "proxyAddresses": [f"SMTP:{address}"],
                "serviceProvisioningErrors": refused(tenant, identity),
            }
        )
    return made


def group(tenant: Tenant, found: Group) -> Json:
    return {
        "id": found.id,
        "displayName": tenant.groups_named.get(found.id, found.name),
        "description": None,
        "groupTypes": [],
        "mail": None,
        "mailEnabled": False,
        "mailNickname": "".join(letter for letter in found.name if letter.isalnum()),
        "onPremisesDomainName": AD_DOMAIN if found.on_premises else None,
        "onPremisesLastSyncDateTime": tenant.sync.last(tenant) if found.on_premises else None,
        "onPremisesProvisioningErrors": conflicts(tenant, found.id),
        "onPremisesSyncEnabled": True if found.on_premises else None,
        "proxyAddresses": [],
        "securityEnabled": True,
        "serviceProvisioningErrors": refused(tenant, found.id),
    }


def service_principals(tenant: Tenant) -> list[Json]:
    return [
        {
            "id": principal.id,
            "accountEnabled": True,
            "appDisplayName": principal.name,
            "appId": principal.app_id,
            "applicationTemplateId": principal.application_template or None,
            "appOwnerOrganizationId": tenant.id,
            "appRoleAssignmentRequired": True,
            "displayName": principal.name,
            "homepage": principal.homepage or None,
            "keyCredentials": [],
            "notificationEmailAddresses": [],
            "passwordCredentials": [],
            "servicePrincipalNames": [principal.app_id],
            "servicePrincipalType": "Application",
            "tags": ["WindowsAzureActiveDirectoryIntegratedApp"],
        }
        for principal in tenant.world.principals
    ]


def applications(tenant: Tenant) -> list[Json]:
    return [
        {
            "id": tenant.world.guid("application object", principal.name),
            "appId": principal.app_id,
            "applicationTemplateId": principal.application_template or None,
            "displayName": principal.name,
            "identifierUris": [],
            "keyCredentials": [],
            "passwordCredentials": [_password(tenant, principal)],
            "signInAudience": "AzureADMyOrg",
            "tags": [],
        }
        for principal in tenant.world.principals
    ]


def _password(tenant: Tenant, principal: ServicePrincipal) -> Json:
    ends = tenant.secret_ends.get(principal.id) or tenant.started + timedelta(days=principal.secret_days)
    return {
        "customKeyIdentifier": None,
        "displayName": f"{principal.name} secret",
        "endDateTime": whole_second(ends),
        "hint": "abc",
        "keyId": tenant.world.guid("secret", principal.name),
        "secretText": None,
        "startDateTime": whole_second(ends - timedelta(days=365)),
    }


def members(tenant: Tenant, found: Group) -> list[Json]:
    people = () if found.id in tenant.groups_empty else found.members
    return [{"@odata.type": "#microsoft.graph.user", **each} for each in as_users(tenant, people)]


def assignments(tenant: Tenant, principal: ServicePrincipal) -> list[Json]:
    """Who is assigned to an application: some groups and some people."""
    world = tenant.world
    if not any(job.principal == principal for job in world.jobs):
        return []
    who = [
        *(
            (found.id, found.name, "Group")
            for found in world.groups[:_ASSIGNED_GROUPS]
            if found.id not in tenant.groups_gone
        ),
        *((person.id, person.name, "User") for person in world.people[:_ASSIGNED_USERS]),
    ]
    return [
        {
            "id": world.guid("assignment", principal.id, identity),
            "appRoleId": _DEFAULT_ROLE,
            "createdDateTime": "2025-09-01T08:00:00Z",
            "deletedDateTime": None,
            "principalDisplayName": name,
            "principalId": identity,
            "principalType": kind,
            "resourceDisplayName": principal.name,
            "resourceId": principal.id,
        }
        for identity, name, kind in who
    ]
