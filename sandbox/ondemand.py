"""Provision on demand: one object, now, by itself; it writes for real."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import msgspec

from sandbox.actions import Illegal
from sandbox.ids import drawn_guid, graph_time
from sandbox.job import Job
from sandbox.outcomes import Outcome, failed
from sandbox.rows import Json
from sandbox.trouble import Subject

if TYPE_CHECKING:
    from sandbox.tenant import Tenant

MOST_MEMBERS = 5


class _Links(msgspec.Struct, kw_only=True):
    members: list[_Subject] = []
    owners: list[_Subject] = []
    manager: _Subject | None = None


class _Subject(msgspec.Struct, kw_only=True):
    objectId: str  # noqa: N815
    objectTypeName: str  # noqa: N815
    links: _Links | None = None


class _Parameters(msgspec.Struct, kw_only=True):
    ruleId: str  # noqa: N815
    subjects: list[_Subject]


class _Body(msgspec.Struct, kw_only=True):
    parameters: list[_Parameters]


def provision_on_demand(tenant: Tenant, job: Job, body: Any) -> tuple[str, str]:
    """Bring one object over. Returns Graph's two texts of JSON. Raises Illegal."""
    asked = _asked(job, body)
    if job.spec.oauth and not job.paused:
        raise Illegal("Stop provisioning before provisioning on demand: the connector signs in by OAuth.")
    subject = next((who for who in job.pool if asked in (who.id, who.source_details.get("DistinguishedName"))), None)
    if subject is None:
        return _texts(
            {"result": "Failure", "details": {"errorCode": "ImportSkipped", "errorMessage": "Not found."}}, {}
        )
    at = tenant.acted(job, "provisionOnDemand", body)
    failing = job.failing.get(subject.id)
    if failing is not None and failing.trouble.repaired:
        failing = job.failing.pop(subject.id) and None
    outcome = failed(failing) if failing else Outcome()
    rng = random.Random(f"{tenant.seed} {job.id} on demand {len(tenant.actions)}")
    row = tenant.log.row(job.spec, subject, outcome, at, drawn_guid(rng), rng)
    tenant.send(row, at, rng, prompt=True)
    details: Json = {"errorCode": outcome.code, "errorMessage": outcome.reason} if outcome.code else {}
    return _texts(
        {"result": outcome.status.capitalize(), "details": details}, _value(row, subject, outcome, graph_time(at))
    )


def _asked(job: Job, body: Any) -> str:
    """The id of the one object that is asked for. Raises Illegal."""
    try:
        parameters = msgspec.convert(body, _Body).parameters
    except msgspec.ValidationError as error:
        raise Illegal(f"Invalid request body: {error}.") from None
    subjects = [subject for part in parameters for subject in part.subjects]
    if len(subjects) != 1:
        raise Illegal("Exactly one subject can be provisioned on demand.")
    if any(part.ruleId not in (job.spec.rule_id, f"{job.spec.rule_id}#V2") for part in parameters):
        raise Illegal("The ruleId is no synchronization rule of this job.")
    if (links := subjects[0].links) is not None and len(links.members) > MOST_MEMBERS:
        raise Illegal(f"At most {MOST_MEMBERS} members of a group can be provisioned on demand.")
    return subjects[0].objectId


def _texts(key: Json, value: Json) -> tuple[str, str]:
    return msgspec.json.encode(key).decode(), msgspec.json.encode(value).decode()


def _value(row: Json, subject: Subject, outcome: Outcome, at: str) -> Json:
    """The change under the names of the portal, which are not those of the log."""
    steps = [
        {
            "name": step["name"],
            "type": step["provisioningStepType"].capitalize(),
            "status": step["status"].capitalize(),
            "description": step["description"],
            "timestamp": at,
            "details": step["details"],
        }
        for step in row["provisioningSteps"]
    ]
    status = {"errorCode": outcome.code or None, "reason": outcome.reason or None, "errorCategory": None}
    return {
        "action": outcome.action.capitalize(),
        "changeId": row["changeId"],
        "startTime": at,
        "endTime": at,
        "modifiedProperties": row["modifiedProperties"],
        "provisioningSteps": steps,
        "reportableIdentifier": subject.address,
        "statusInfo": {"status": outcome.status.capitalize(), **status},
        "sourceIdentity": {"id": subject.id, "type": subject.type, "displayName": None, "details": None},
        "sourceSystem": {"id": None, "name": row["sourceSystem"]["displayName"], "details": None},
        "targetIdentity": {"id": subject.target_id, "type": subject.type, "displayName": None, "details": None},
        "targetSystem": {"id": None, "name": row["targetSystem"]["displayName"], "details": None},
    }
