"""Graph's log entries as rows of the Log Analytics tables, in the shape that diagnostic settings export them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import msgspec

from bot.adapters.kql.tables import AUDITS, PROVISIONING, columns

Json = dict[str, Any]

# The export writes these two enumerations as numbers, and gives systems and identities `Id` and `Name`:
# https://learn.microsoft.com/entra/identity/app-provisioning/application-provisioning-log-analytics
_STEP_TYPES = {"import": 0, "scoping": 1, "matching": 2, "processing": 3, "referenceResolution": 4, "export": 5}
_STEP_RESULTS = {"success": 0, "failure": 1, "skipped": 2, "warning": 3}


class BadRow(ValueError):
    """An entry without a readable time: it has no place in a log."""


def provisioning(event: Json, workspace: str) -> tuple[Any, ...]:
    """A provisioningObjectSummary as a row of AADProvisioningLogs."""
    status = _part(event, "provisioningStatusInfo")
    error = _part(status, "errorInformation")
    steps = [_step(step) for step in _parts(event, "provisioningSteps")]
    row = {
        "AADTenantId": _text(event, "tenantId"),
        "_BilledSize": float(len(_json(event))),
        "Category": "ProvisioningLogs",
        "ChangeId": _text(event, "changeId"),
        "CorrelationId": _text(event, "changeId"),
        "CycleId": _text(event, "cycleId"),
        "DurationMs": _number(event, "durationInMilliseconds"),
        "Id": _text(event, "id"),
        "InitiatedBy": _json(_named(_part(event, "initiatedBy"), initiatorType="Type")),
        "_IsBillable": "true",
        "JobId": _text(event, "jobId"),
        "ModifiedProperties": _json(_parts(event, "modifiedProperties")),
        "OperationName": "Provisioning activity",
        "OperationVersion": "1.0",
        "ProvisioningAction": _text(event, "provisioningAction"),
        "ProvisioningStatusInfo": _json({"Status": _text(status, "status"), "errorInformation": error or None}),
        "ProvisioningSteps": _json(steps),
        "ResultDescription": _text(error, "reason"),
        "ResultSignature": _text(error, "errorCode"),
        "ResultType": _capital(_text(status, "status")),
        "ServicePrincipal": _json(_named(_part(event, "servicePrincipal"))),
        "SourceIdentity": _json(_named(_part(event, "sourceIdentity"))),
        "SourceSystem": _json(_named(_part(event, "sourceSystem"))),
        "TargetIdentity": _json(_named(_part(event, "targetIdentity"))),
        "TargetSystem": _json(_named(_part(event, "targetSystem"))),
        "TenantId": workspace,
        "TimeGenerated": moment(event.get("activityDateTime")),
        "Type": PROVISIONING,
    }
    return tuple(row[name] for name in columns()[PROVISIONING])


def audit(entry: Json, tenant: str) -> tuple[Any, ...]:
    """A directoryAudit as a row of AuditLogs."""
    at = moment(entry.get("activityDateTime"))
    who = {kind: about for kind, about in _part(entry, "initiatedBy").items() if about}
    row = {
        "AADOperationType": _text(entry, "operationType"),
        "AADTenantId": tenant,
        "ActivityDateTime": at,
        "ActivityDisplayName": _text(entry, "activityDisplayName"),
        "AdditionalDetails": _json(_parts(entry, "additionalDetails")),
        "_BilledSize": float(len(_json(entry))),
        "Category": _text(entry, "category"),
        "CorrelationId": _text(entry, "correlationId"),
        "DurationMs": 0,
        "Id": _text(entry, "id"),
        "Identity": _text(_part(who, "app"), "displayName") or _text(_part(who, "user"), "displayName"),
        "InitiatedBy": _json(who),
        "_IsBillable": "true",
        "Level": "4",
        "Location": "",
        "LoggedByService": _text(entry, "loggedByService"),
        "OperationName": _text(entry, "activityDisplayName"),
        "OperationVersion": "1.0",
        "Resource": "Microsoft.aadiam",
        "ResourceGroup": "Microsoft.aadiam",
        "ResourceId": f"/tenants/{tenant}/providers/Microsoft.aadiam",
        "ResourceProvider": "",
        "Result": _text(entry, "result"),
        "ResultDescription": _text(entry, "resultReason"),
        "ResultReason": _text(entry, "resultReason"),
        "ResultSignature": "None",
        "ResultType": "",
        "SourceSystem": "Azure AD",
        "TargetResources": _json(_parts(entry, "targetResources")),
        "TimeGenerated": at,
        "Type": AUDITS,
    }
    return tuple(row[name] for name in columns()[AUDITS])


def moment(value: object) -> datetime:
    """A time as the store keeps it: UTC, without a zone."""
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise BadRow(f"not a time: {str(value)[:40]!r}") from None
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


def _named(thing: Json, **also: str) -> Json:
    renamed = {"id": "Id", "displayName": "Name", **also}
    return {renamed.get(key, key): value for key, value in thing.items()}


def _step(step: Json) -> Json:
    kind, result = step.get("provisioningStepType"), step.get("status")
    return step | {
        "provisioningStepType": _STEP_TYPES.get(str(kind), kind),
        "status": _STEP_RESULTS.get(str(result), result),
    }


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def _text(thing: Json, key: str) -> str:
    value = thing.get(key)
    return value if isinstance(value, str) else ("" if value is None else _json(value))


def _number(thing: Json, key: str) -> int:
    value = thing.get(key)
    return int(value) if isinstance(value, (int, float)) and abs(value) < 2**53 else 0


def _part(thing: Json, key: str) -> Json:
    value = thing.get(key)
    return cast("Json", value) if isinstance(value, dict) else {}


def _parts(thing: Json, key: str) -> list[Json]:
    value = thing.get(key)
    return (
        [cast("Json", one) for one in cast("list[Any]", value) if isinstance(one, dict)]
        if isinstance(value, list)
        else []
    )


_encode: Callable[[object], bytes] = msgspec.json.Encoder().encode


def _json(value: object) -> str:
    return _encode(value).decode()
