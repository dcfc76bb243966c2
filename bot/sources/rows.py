"""The shapes in which rows of the provisioning log come, with every field optional, and what they have in common."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class Wire(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Base of what comes; fields that are not named are skipped without being built."""


class Thing(Wire, frozen=True):
    """A provisioned identity, a service principal."""

    id: str | None = None
    display_name: str | None = None
    identity_type: str | None = None


class Step(Wire, frozen=True):
    """A provisioning step. Diagnostic settings export type and status as numbers; details are read when asked for."""

    name: str | None = None
    provisioning_step_type: str | int | None = None
    status: str | int | None = None
    details: msgspec.Raw = msgspec.Raw()


class Steps(Wire, frozen=True):
    steps: list[Step] | None = None


class Error(Wire, frozen=True):
    error_code: str | None = None
    reason: str | None = None


class StatusInfo(Wire, frozen=True):
    status: str | None = None
    error_information: Error | None = None


class Facts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a row says, whichever way it came; `at` is still text."""

    id: str | None
    at: str | None
    job_id: str | None
    cycle_id: str | None
    change_id: str | None
    action: str | None
    status: str | None
    error_code: str | None
    reason: str | None
    source: Thing
    target: Thing
    principal_id: str | None
    principal_name: str | None
    steps: Sequence[Step]


_NOTHING = Thing()
_NO_STATUS = StatusInfo()
_NO_ERROR = Error()


class GraphRow(Wire, frozen=True):
    """provisioningObjectSummary."""

    id: str | None = None
    activity_date_time: str | None = None
    job_id: str | None = None
    cycle_id: str | None = None
    change_id: str | None = None
    provisioning_action: str | None = None
    service_principal: Thing | None = None
    source_identity: Thing | None = None
    target_identity: Thing | None = None
    provisioning_status_info: StatusInfo | None = None
    provisioning_steps: list[Step] | None = None

    def facts(self) -> Facts:
        status = self.provisioning_status_info or _NO_STATUS
        error = status.error_information or _NO_ERROR
        principal = self.service_principal or _NOTHING
        return Facts(
            id=self.id,
            at=self.activity_date_time,
            job_id=self.job_id,
            cycle_id=self.cycle_id,
            change_id=self.change_id,
            action=self.provisioning_action,
            status=status.status,
            error_code=error.error_code,
            reason=error.reason,
            source=self.source_identity or _NOTHING,
            target=self.target_identity or _NOTHING,
            principal_id=principal.id,
            principal_name=principal.display_name,
            steps=self.provisioning_steps or (),
        )


class ExportedThing(msgspec.Struct, frozen=True, gc=False):
    """The same in Log Analytics' JSON columns, where diagnostic settings write Id and Name."""

    id: str | None = None
    Id: str | None = None
    displayName: str | None = None  # noqa: N815
    Name: str | None = None
    identityType: str | None = None  # noqa: N815

    def thing(self) -> Thing:
        return Thing(self.Id or self.id, self.Name or self.displayName, self.identityType)


class ExportedStatus(msgspec.Struct, frozen=True, gc=False):
    """ProvisioningStatusInfo as diagnostic settings write it, or as Graph does."""

    Status: str | None = None
    status: str | None = None
    errorInformation: Error | None = None  # noqa: N815
