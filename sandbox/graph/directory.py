"""The directory over Graph: organization, people, groups, applications and service principals."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.graph import objects
from sandbox.graph.filters import Grammar
from sandbox.graph.paging import Row, follow, only, page, selector, top_of
from sandbox.graph.routing import Ask, GraphError, Reply, route
from sandbox.graph.users import USER, as_users
from sandbox.world import Group

USUAL, MOST = 100, 999
_NAMES = {"id": "eq", "displayName": "eq startswith"}
_SYNCED = {
    "onPremisesProvisioningErrors/any/category": "eq",
    "proxyAddresses/any": "eq",
    "onPremisesSyncEnabled": "eq",
    "mail": "eq startswith",
}
USERS = Grammar(
    {
        **_NAMES,
        **_SYNCED,
        **dict.fromkeys(("userPrincipalName", "surname", "givenName"), "eq startswith"),
        **dict.fromkeys(("department", "employeeId", "accountEnabled", "onPremisesImmutableId"), "eq"),
    },
    fold=True,
)
_GROUPS = Grammar({**_NAMES, **_SYNCED, "securityEnabled": "eq"}, fold=True)
_CONTACTS = Grammar({**_NAMES, **_SYNCED}, fold=True)
_APPS = Grammar(
    {**_NAMES, "appId": "eq", "applicationTemplateId": "eq", "servicePrincipalType": "eq", "accountEnabled": "eq"},
    fold=True,
)


@route("GET", "/organization")
def organizations(ask: Ask) -> Reply:
    return _listed(ask, [objects.organization(ask.tenant)], Grammar({"id": "eq"}, fold=True))


@route("GET", "/organization/{organizationId}")
def organization(ask: Ask) -> Reply:
    return _single(ask, [objects.organization(ask.tenant)], ask.parts["organizationId"])


@route("GET", "/users")
def users(ask: Ask) -> Reply:
    return _listed(ask, as_users(ask.tenant, ask.tenant.world.people), USERS, USER)


@route("GET", "/users/{id}")
def user(ask: Ask) -> Reply:
    """One person, by id or by user principal name."""
    key = ask.parts["id"].lower()
    found = [person for person in ask.tenant.world.people if key in (person.id, person.upn)]
    return _single(ask, as_users(ask.tenant, found), found[0].id if found else key, USER)


@route("GET", "/groups")
def groups(ask: Ask) -> Reply:
    return _listed(ask, [objects.group(ask.tenant, group) for group in _groups(ask)], _GROUPS)


@route("GET", "/groups/{id}")
def group(ask: Ask) -> Reply:
    return _single(ask, [objects.group(ask.tenant, group) for group in _groups(ask)], ask.parts["id"])


@route("GET", "/contacts")
def contacts(ask: Ask) -> Reply:
    return _listed(ask, objects.contacts(ask.tenant), _CONTACTS)


@route("GET", "/users/{id}/onPremisesSyncBehavior")
def user_behavior(ask: Ask) -> Reply:
    return _behavior(ask, [person.id for person in ask.tenant.world.people])


@route("GET", "/groups/{id}/onPremisesSyncBehavior")
def group_behavior(ask: Ask) -> Reply:
    return _behavior(ask, [group.id for group in _groups(ask)])


def _behavior(ask: Ask, known: Sequence[str]) -> Reply:
    if ask.parts["id"] not in known:
        raise missing(ask.parts["id"])
    return Reply(body={"id": ask.parts["id"], "isCloudManaged": ask.parts["id"] in ask.tenant.sync.cloud_managed})


@route("GET", "/groups/{id}/members")
def members(ask: Ask) -> Reply:
    for group in _groups(ask):
        if group.id == ask.parts["id"]:
            return _listed(ask, objects.members(ask.tenant, group), Grammar({}, fold=True), ("@odata.type", *USER))
    raise missing(ask.parts["id"])


def _groups(ask: Ask) -> list[Group]:
    return [group for group in ask.tenant.world.groups if group.id not in ask.tenant.groups_gone]


@route("GET", "/applications")
def applications(ask: Ask) -> Reply:
    return _listed(ask, objects.applications(ask.tenant), _APPS)


@route("GET", "/applications/{applicationId}")
def application(ask: Ask) -> Reply:
    return _single(ask, objects.applications(ask.tenant), ask.parts["applicationId"])


@route("GET", "/servicePrincipals")
def service_principals(ask: Ask) -> Reply:
    return _listed(ask, objects.service_principals(ask.tenant), _APPS)


@route("GET", "/servicePrincipals/{servicePrincipalId}")
def service_principal(ask: Ask) -> Reply:
    return _single(ask, objects.service_principals(ask.tenant), ask.parts["servicePrincipalId"])


@route("GET", "/servicePrincipals/{servicePrincipalId}/appRoleAssignedTo")
def assigned(ask: Ask) -> Reply:
    for principal in ask.tenant.world.principals:
        if principal.id == ask.parts["servicePrincipalId"]:
            return _listed(ask, objects.assignments(ask.tenant, principal), Grammar({"principalId": "eq"}, fold=True))
    raise missing(ask.parts["servicePrincipalId"])


@route("GET", "/servicePrincipals/{servicePrincipalId}/owners")
def owners(ask: Ask) -> Reply:
    """The people who own an enterprise application; as without User.Read.All, nothing is told of them but their ids."""
    key = ask.parts["servicePrincipalId"]
    if key not in {principal.id for principal in ask.tenant.world.principals}:
        raise missing(key)
    rows = [{"@odata.type": "#microsoft.graph.user", "id": who} for who in ask.tenant.owners.get(key, ())]
    return _listed(ask, rows, Grammar({}, fold=True))


def _listed(ask: Ask, rows: Sequence[Row], grammar: Grammar, usual: Sequence[str] = ()) -> Reply:
    only(ask, "$filter", "$select", "$top", "$skiptoken")
    if (rest := follow(ask)) is not None:
        return rest
    top = top_of(ask, USUAL, MOST)
    if (text := ask.query.get("$filter")) is not None:
        test = grammar.parse(text)
        rows = [row for row in rows if test(row)]
    known = list(rows[0]) if rows else []
    return page(ask, rows, top, selector(ask, usual or known, known)) if rows else page(ask, rows, top)


def _single(ask: Ask, rows: Sequence[Row], key: str, usual: Sequence[str] = ()) -> Reply:
    only(ask, "$select")
    for row in rows:
        if row["id"] == key:
            context = f"{ask.base}/$metadata#{ask.path[1:].split('/')[0]}/$entity"
            return Reply(body={"@odata.context": context, **selector(ask, usual or list(row), list(row))(row)})
    raise missing(key)


def missing(identity: str) -> GraphError:
    """Graph's answer about an object that is not there."""
    text = f"Resource '{identity}' does not exist or one of its queried reference-property objects are not present."
    return GraphError(404, "Request_ResourceNotFound", text)
