"""Directory roles over Graph: who is assigned to which."""

from __future__ import annotations

from sandbox.graph.paging import follow, only, page, top_of
from sandbox.graph.routing import Ask, GraphError, Reply, route
from sandbox.rows import Json
from sandbox.tenant import Tenant

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
_USUAL = _MOST = 100


@route("GET", "/roleManagement/directory/roleAssignments")
def role_assignments(ask: Ask) -> Reply:
    """All assignments, with who they are to where that is asked for."""
    only(ask, "$expand", "$top", "$skiptoken")
    if (rest := follow(ask)) is not None:
        return rest
    if (expand := ask.query.get("$expand", "principal")) != "principal":
        raise GraphError(400, "BadRequest", f"Parsing OData Select and Expand failed: could not find '{expand}'.")
    rows = [_assignment(ask.tenant, who, kind) for who, kind in ask.tenant.roles.items()]
    if "$expand" not in ask.query:
        rows = [{name: value for name, value in row.items() if name != "principal"} for row in rows]
    return page(ask, rows, top_of(ask, _USUAL, _MOST))


def _assignment(tenant: Tenant, who: str, kind: str) -> Json:
    return {
        "id": tenant.world.guid("role assignment", who),
        "directoryScopeId": "/",
        "principal": {"@odata.type": f"#microsoft.graph.{kind}", "id": who},
        "principalId": who,
        "roleDefinitionId": GLOBAL_ADMINISTRATOR,
    }
