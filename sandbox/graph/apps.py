"""Teams' apps over Graph: the organization's catalogue, and what is installed for a person."""

from __future__ import annotations

import re

from sandbox.graph.paging import only
from sandbox.graph.routing import Ask, GraphError, Reply, route
from sandbox.rows import Json
from sandbox.teams import json_object

_BIND = "teamsApp@odata.bind"
_INSTALLED = "/users/{userId}/teamwork/installedApps"


@route("GET", "/appCatalogs/teamsApps")
def catalogue(ask: Ask) -> Reply:
    """The app, if the filter lets it through: by externalId, or by distributionMethod."""
    only(ask, "$filter")
    apps = ask.tenant.apps
    wanted = re.fullmatch(r"(externalId|distributionMethod) eq '([^']*)'", ask.query.get("$filter", ""))
    if "$filter" in ask.query and wanted is None:
        raise GraphError(400, "BadRequest", "Invalid filter clause.")
    app = _app(ask)
    fits = apps.uploaded and (wanted is None or str(app[wanted[1]]).lower() == wanted[2].lower())
    return Reply(body={"value": [app] if fits else []})


@route("GET", _INSTALLED)
def installed(ask: Ask) -> Reply:
    only(ask, "$filter", "$expand")
    who = _person(ask)
    value = [{"id": ask.tenant.apps.installation(who)}] if ask.tenant.apps.has(who) else []
    return Reply(body={"value": value})


@route("POST", _INSTALLED)
def install(ask: Ask) -> Reply:
    """201, or 409 for who has it already."""
    apps, who = ask.tenant.apps, _person(ask)
    bound = json_object(ask.body).get(_BIND)
    if not isinstance(bound, str):
        raise GraphError(400, "BadRequest", f"Bad request: {_BIND} is missing.")
    if not apps.uploaded or not bound.endswith(f"/appCatalogs/teamsApps/{apps.catalogue_id}"):
        raise GraphError(404, "NotFound", "The requested app is not in the catalogue.")
    if who in apps.forbidden:
        raise GraphError(403, "Forbidden", "The app is blocked by the app permission policy of this user.")
    if not apps.install(who):
        raise GraphError(409, "Conflict", "The app is already installed in the personal scope of the user.")
    return Reply(status=201)


def _app(ask: Ask) -> Json:
    apps = ask.tenant.apps
    return {
        "id": apps.catalogue_id,
        "externalId": apps.external_id,
        "displayName": "Syncwatch",
        "distributionMethod": "organization",
    }


def _person(ask: Ask) -> str:
    """The object id of somebody of the company."""
    who = ask.parts["userId"].lower()
    if who not in ask.tenant.everybody:
        raise GraphError(404, "NotFound", f"User '{who}' was not found.")
    return who
