"""Rows of the directory's audit log, in the JSON shape of Graph's directoryAudit."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from sandbox.ids import drawn_guid, graph_time
from sandbox.rows import Json
from sandbox.world import ServicePrincipal

SERVICE = "Account Provisioning"
ADDRESS = "203.0.113.7"

# The services' own marks at the beginning of a row's id.
_MARKS = {"Core Directory": "Directory", SERVICE: "Sync"}


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in every row of one activity: its name and whose log it is from."""

    name: str
    service: str = "Core Directory"
    category: str
    operation: str = ""


def directory_audit(
    activity: Activity,
    at: datetime,
    rng: random.Random,
    *,
    targets: Sequence[Json],
    details: Mapping[str, str | None] | None = None,
    user: Json | None = None,
    app: str = "",
    reason: str = "",
    result: str = "",
) -> Json:
    """A row; with a reason it is a failure. `user` is the person who acted, `app` an application's name."""
    correlation = drawn_guid(rng)
    return {
        "id": f"{_MARKS.get(activity.service, activity.service.replace(' ', ''))}_{correlation}_{_letters(rng)}_{rng.randrange(10**8, 10**9)}",
        "category": activity.category,
        "correlationId": correlation,
        "result": result or ("failure" if reason else "success"),
        "resultReason": reason,
        "activityDisplayName": activity.name,
        "activityDateTime": graph_time(at),
        "loggedByService": activity.service,
        "operationType": activity.operation,
        "initiatedBy": {"user": _user(user), "app": None if user else _app("", app)},
        "targetResources": list(targets),
        "additionalDetails": [{"key": key, "value": value} for key, value in (details or {}).items()],
    }


def provisioning_audit(
    activity: str,
    principal: ServicePrincipal,
    at: datetime,
    rng: random.Random,
    *,
    reason: str = "",
    by: str = "",
    user: Json | None = None,
) -> Json:
    """A row about a provisioning configuration; with a reason it is a failure.

    `by` is the app that acted, `user` the person; without either it was the service itself.
    """
    about = Activity(name=activity, service=SERVICE, category="ProvisioningManagement", operation=SERVICE)
    row = directory_audit(
        about,
        at,
        rng,
        targets=[target("ServicePrincipal", principal.id, principal.name)],
        details={"Details": "", "ErrorCode": reason, "EventName": activity, "ipaddr": None},
        user=user,
        reason=reason,
    )
    if user is None:
        row["initiatedBy"]["app"] = _app(by, "Syncwatch" if by else "Azure AD Provisioning Service")
    return row


def target(
    kind: str,
    identity: str,
    name: str | None,
    *,
    upn: str | None = None,
    changed: Mapping[str, tuple[Any, Any]] | None = None,
) -> Json:
    """Something that a row is about. The values before and after are JSON in text, as the directory writes them."""
    return {
        "id": identity,
        "displayName": name,
        "type": kind,
        "userPrincipalName": upn,
        "groupType": "azureAD" if kind == "Group" else None,
        "modifiedProperties": [
            {"displayName": key, "oldValue": _text(old), "newValue": _text(new)}
            for key, (old, new) in (changed or {}).items()
        ],
    }


def _text(value: Any) -> str | None:
    return None if value is None else json.dumps(value, separators=(",", ":"))


def _app(app_id: str, name: str) -> Json:
    return {
        "appId": app_id or None,
        "displayName": name or None,
        "servicePrincipalId": None,
        "servicePrincipalName": None,
    }


def _user(user: Json | None) -> Json | None:
    return (
        None
        if user is None
        else {"userType": None, "homeTenantId": None, "homeTenantName": None, "ipAddress": ADDRESS, **user}
    )


def _letters(rng: random.Random) -> str:
    return "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=5))
