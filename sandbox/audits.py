"""Rows of the directory's audit log, in the JSON shape of Graph's directoryAudit."""

from __future__ import annotations

import random
from datetime import datetime

from sandbox.ids import drawn_guid, graph_time
from sandbox.rows import Json
from sandbox.world import ServicePrincipal

SERVICE = "Account Provisioning"


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
    correlation = drawn_guid(rng)
    details = {"Details": "", "ErrorCode": reason, "EventName": activity, "ipaddr": None}
    return {
        "id": f"Sync_{correlation}_{_letters(rng)}_{rng.randrange(10**8, 10**9)}",
        "category": "ProvisioningManagement",
        "correlationId": correlation,
        "result": "failure" if reason else "success",
        "resultReason": reason,
        "activityDisplayName": activity,
        "activityDateTime": graph_time(at),
        "loggedByService": SERVICE,
        "operationType": SERVICE,
        "initiatedBy": {"user": _user(user), "app": None if user else _app(by)},
        "targetResources": [_target(principal)],
        "additionalDetails": [{"key": key, "value": value} for key, value in details.items()],
    }


def _app(app_id: str) -> Json:
    name = "Syncwatch" if app_id else "Azure AD Provisioning Service"
    return {"appId": app_id or None, "displayName": name, "servicePrincipalId": None, "servicePrincipalName": None}


def _user(user: Json | None) -> Json | None:
    return None if user is None else {**user, "ipAddress": "203.0.113.7"}


def _target(principal: ServicePrincipal) -> Json:
    return {
        "id": principal.id,
        "displayName": principal.name,
        "type": "ServicePrincipal",
        "userPrincipalName": None,
        "groupType": None,
        "modifiedProperties": [],
    }


def _letters(rng: random.Random) -> str:
    return "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=5))
