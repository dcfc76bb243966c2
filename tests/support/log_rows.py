"""Entries of Graph's logs for tests of the log store, and a store that holds them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.adapters.kql.answer import Row
from bot.adapters.local_logs import LocalLogs

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TENANT, WORKSPACE = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"


def event(number: int = 1, *, at: datetime = NOON, code: str = "", **more: Any) -> dict[str, Any]:
    """A provisioningObjectSummary; with an error code it is a failure."""
    error = {"errorCode": code, "reason": f"Because of {code}.", "errorCategory": "nonServiceFailure"}
    return {
        "id": f"row-{number}",
        "activityDateTime": at.isoformat().replace("+00:00", "Z"),
        "tenantId": TENANT,
        "jobId": "scim.1",
        "cycleId": "cycle",
        "changeId": f"change-{number}",
        "provisioningAction": "create",
        "durationInMilliseconds": 20 + number,
        "sourceSystem": {"id": "s", "displayName": "Microsoft Entra ID", "details": {}},
        "targetSystem": {"id": "t", "displayName": "Contoso", "details": {}},
        "initiatedBy": {"id": "", "displayName": "Azure AD Provisioning Service", "initiatorType": "system"},
        "servicePrincipal": {"id": "principal", "displayName": "Contoso"},
        "sourceIdentity": {"id": f"user-{number}", "displayName": "Zoé", "identityType": "User", "details": {}},
        "targetIdentity": {"id": "", "displayName": "", "identityType": "User", "details": {}},
        "provisioningStatusInfo": {
            "status": "failure" if code else "success",
            "errorInformation": error if code else None,
        },
        "provisioningSteps": [
            {"name": "EntryImportAdd", "provisioningStepType": "import", "status": "success", "details": {}},
            {"name": "EntryExportAdd", "provisioningStepType": "export", "status": "failure" if code else "success"},
        ],
        "modifiedProperties": [{"displayName": "mail", "oldValue": None, "newValue": "a@b.c"}],
        **more,
    }


def audit(number: int = 1, *, at: datetime = NOON, **more: Any) -> dict[str, Any]:
    """A directoryAudit about a quarantine."""
    return {
        "id": f"audit-{number}",
        "activityDateTime": at.isoformat().replace("+00:00", "Z"),
        "activityDisplayName": "Quarantine",
        "category": "ProvisioningManagement",
        "correlationId": "correlation",
        "result": "failure",
        "resultReason": "EncounteredQuarantineException",
        "loggedByService": "Account Provisioning",
        "operationType": "Account Provisioning",
        "initiatedBy": {"user": None, "app": {"displayName": "Azure AD Provisioning Service"}},
        "targetResources": [{"id": "principal", "displayName": "Contoso SCIM", "type": "ServicePrincipal"}],
        "additionalDetails": [{"key": "ErrorCode", "value": "EncounteredQuarantineException"}],
        **more,
    }


@asynccontextmanager
async def open_logs(rows: int = 3, path: Path | None = None, **options: Any) -> AsyncGenerator[LocalLogs]:
    """A store with rows a minute apart, each ingested ten minutes after it was written, every third a failure."""
    logs = LocalLogs(path, tenant=TENANT, workspace=WORKSPACE, **options)
    minutes = [NOON + timedelta(minutes=number) for number in range(rows)]
    await logs.append_provisioning(
        (event(number, at=at, code="" if number % 3 else "ContosoEntryConflict"), at + timedelta(minutes=10))
        for number, at in enumerate(minutes)
    )
    await logs.append_audits([(audit(), NOON)])
    try:
        yield logs
    finally:
        await logs.close()


async def rows_of(logs: LocalLogs, kql: str, **options: Any) -> list[Row]:
    """The rows of a query."""
    return (await logs.query(kql, now=NOON + timedelta(hours=1), **options)).rows
