"""Rows of the provisioning log, in the JSON shape of Graph's provisioningObjectSummary."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sandbox.ids import drawn_guid, graph_time
from sandbox.outcomes import Outcome
from sandbox.trouble import Subject
from sandbox.world import JobSpec

Json = dict[str, Any]

_VERBS = {"create": "Add", "update": "Update", "delete": "Delete", "disable": "Update", "stagedDelete": "Delete"}


class Log:
    """Writes rows. What rows of one object have in common is built once, so that a hundred thousand rows fit."""

    def __init__(self, tenant_id: str) -> None:
        self._tenant_id = tenant_id
        self._systems: dict[str, Json] = {}
        self._identities: dict[tuple[str, str], tuple[Json, Json]] = {}
        self._outcomes: dict[tuple[str, str, Outcome], Json] = {}

    def row(
        self, spec: JobSpec, subject: Subject, outcome: Outcome, at: datetime, cycle: str, rng: random.Random
    ) -> Json:
        """One new row about one object, at a time, in a cycle of a job."""
        source, target = self._identity(spec, subject)
        return {
            "id": drawn_guid(rng),
            "activityDateTime": graph_time(at),
            "tenantId": self._tenant_id,
            "jobId": spec.id,
            "cycleId": cycle,
            "changeId": drawn_guid(rng),
            "provisioningAction": outcome.action,
            "durationInMilliseconds": rng.randrange(40, 2_500),
            **self._system(spec),
            "sourceIdentity": source,
            "targetIdentity": target,
            **self._outcome(spec, subject, outcome),
        }

    def _system(self, spec: JobSpec) -> Json:
        if spec.id not in self._systems:
            self._systems[spec.id] = _systems(spec)
        return self._systems[spec.id]

    def _identity(self, spec: JobSpec, subject: Subject) -> tuple[Json, Json]:
        key = (spec.id, subject.id)
        if key not in self._identities:
            self._identities[key] = (
                _identity(subject.id, subject, subject.source_details),
                _identity(subject.target_id, subject, {}),
            )
        return self._identities[key]

    def _outcome(self, spec: JobSpec, subject: Subject, outcome: Outcome) -> Json:
        key = (spec.id, subject.id, outcome)
        if key not in self._outcomes:
            self._outcomes[key] = {
                "provisioningStatusInfo": _status(outcome),
                "provisioningSteps": _steps(spec, subject, outcome),
                "modifiedProperties": _modified(subject, outcome),
            }
        return self._outcomes[key]


def _systems(spec: JobSpec) -> Json:
    principal = spec.principal
    details = {
        "ApplicationId": principal.app_id,
        "ServicePrincipalId": principal.id,
        "ServicePrincipalDisplayName": principal.name,
    }
    return {
        "sourceSystem": {"id": f"{spec.rule_id[:-1]}a", "displayName": spec.source, "details": {}},
        "targetSystem": {"id": f"{spec.rule_id[:-1]}b", "displayName": spec.target, "details": details},
        "initiatedBy": {"id": "", "displayName": "Azure AD Provisioning Service", "initiatorType": "system"},
        "servicePrincipal": {"id": principal.id, "displayName": principal.name},
    }


def _identity(identity: str, subject: Subject, details: Mapping[str, str]) -> Json:
    return {"id": identity, "displayName": subject.name, "identityType": subject.type, "details": dict(details)}


def _status(outcome: Outcome) -> Json:
    if not outcome.code:
        return {"status": outcome.status, "errorInformation": None}
    error = {
        "errorCode": outcome.code,
        "reason": outcome.reason,
        "additionalDetails": None,
        "errorCategory": outcome.category or None,
        "recommendedAction": None,
    }
    return {"status": outcome.status, "errorInformation": error}


def _steps(spec: JobSpec, subject: Subject, outcome: Outcome) -> list[Json]:
    what, verb = f"{subject.type} '{subject.address}'", _VERBS.get(outcome.action, "Update")
    steps = [
        _step(f"EntryImport{verb}", "import", f"Received {what} change of type ({verb}) from {spec.source}"),
        _step("EntrySynchronizationScoping", "scoping", f"Determined whether {what} is in scope"),
        _step(f"EntrySynchronization{verb}", "matching", f"{what} was matched in {spec.target}"),
    ]
    known = [step["provisioningStepType"] for step in steps]
    steps = steps[: known.index(outcome.step)] if outcome.step in known else steps
    ended = {"success": "was written to", "skipped": "was left alone in"}.get(outcome.status, "could not be written to")
    skipped = outcome.status == "skipped"
    last = _step(
        "EntrySynchronizationSkip" if skipped else f"Entry{outcome.step[:1].upper()}{outcome.step[1:]}{verb}",
        outcome.step,
        f"{what} {ended} {spec.target}",
        outcome.status,
        {**dict(outcome.details), "ReportableIdentifier": subject.address},
    )
    return [*steps, last]


def _step(name: str, kind: str, text: str, status: str = "success", details: Json | None = None) -> Json:
    return {
        "name": name,
        "provisioningStepType": kind,
        "status": status,
        "description": text,
        "details": details or {},
    }


def _modified(subject: Subject, outcome: Outcome) -> list[Json]:
    if outcome.status == "skipped":
        return []
    return [{"displayName": outcome.property, "oldValue": outcome.old, "newValue": outcome.new or subject.address}]
