"""What Graph lets somebody do to a job, and what follows from it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from sandbox import cycles
from sandbox.job import Job

if TYPE_CHECKING:
    from sandbox.tenant import Tenant

FLAGS = ("None", "ConnectorDataStore", "Escrows", "Watermark", "QuarantineState", "Full", "ForceDeletes")
PORTAL = frozenset({"Watermark", "Escrows", "QuarantineState"})
"""What the portal's button resets, and so does a restart that names nothing."""


class Illegal(Exception):
    """Graph refuses the request with 400 and this text."""


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """A request that changed a job, kept for tests: exactly what was asked."""

    at: datetime
    job_id: str
    verb: str
    body: Any = None


class _Criteria(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    resetScope: str | None = None  # noqa: N815
    odata_type: str = msgspec.field(default="", name="@odata.type")


class _Restart(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    criteria: _Criteria | None = None


def start(tenant: Tenant, job: Job) -> None:
    """Go on from the watermark: out of a pause, or out of quarantine. A running job goes on as it was."""
    at = tenant.acted(job, "start")
    job.repair("start")
    if job.code in ("Paused", "Quarantine"):
        _awake(job)
        tenant.audit(at, "Enable/start provisioning configuration", job, by=tenant.app_id)
        cycles.begin(tenant, job, at, prompt=True)


def pause(tenant: Tenant, job: Job) -> None:
    """Stop; a running cycle still ends."""
    at = tenant.acted(job, "pause")
    if not job.paused:
        tenant.audit(at, "Disable/pause provisioning configuration", job, by=tenant.app_id)
    job.code, job.schedule, job.next_at = "Paused", "Paused", None


def restart(tenant: Tenant, job: Job, body: Any) -> None:
    """Begin a cycle now, having forgotten what the body's resetScope names. Raises Illegal.

    Quarantine is lifted for the time being; where the cause was not repaired, the cycle leads back into it.
    """
    scope = reset_scope(body)
    at = tenant.acted(job, "restart", body)
    job.repair("force_deletes" if "ForceDeletes" in scope else "restart")
    job.deletes_allowed = "ForceDeletes" in scope
    whole = scope & {"Watermark", "Full"}
    if scope & {"Escrows", "Full"}:
        for failing in job.failing.values():
            failing.retried = False
        job.escrows_pruned = False
    if job.paused or scope & {"QuarantineState", "Full"}:
        _awake(job)
    tenant.audit(at, "Enable/restart provisioning configuration", job, by=tenant.app_id)
    cycles.begin(tenant, job, at, initial=bool(whole), prompt=True)


def _awake(job: Job) -> None:
    job.code, job.schedule, job.quarantine = "Active", "Active", None


def reset_scope(body: Any) -> frozenset[str]:
    """The flags of a restart's body, e.g. {"criteria": {"resetScope": "Watermark, Escrows"}}. Raises Illegal."""
    try:
        criteria = msgspec.convert({} if body is None else body, _Restart).criteria
    except msgspec.ValidationError as error:
        raise Illegal(f"Invalid request body: {error}.") from None
    named = (criteria.resetScope if criteria else None) or ""
    scope = frozenset(word.strip() for word in named.split(",") if word.strip())
    if unknown := sorted(scope - set(FLAGS)):
        raise Illegal(f"Requested value '{unknown[0]}' was not found.")
    if "ForceDeletes" in scope and len(scope) > 1:
        raise Illegal("ForceDeletes cannot be combined with another reset scope.")
    return scope or PORTAL
