"""A row as the portal's downloads hold it: Graph's shape, in the spelling of today and of earlier years."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.adapters import lenient
from bot.model import Wrong
from bot.sources.broken import Reading
from bot.sources.normalise import Read, read
from bot.sources.rows import Error, Facts, Step, Steps, Thing, Wire
from bot.sources.words import STATUSES, known


class _Status(Wire, frozen=True):
    """Its errors stand inside errorInformation, or, in `statusInfo`, beside the status."""

    status: str | None = None
    error_information: Error | None = None
    error_code: str | None = None
    reason: str | None = None


_NOTHING, _NO_STATUS, _NO_ERROR = Thing(), _Status(), Error()


class PortalRow(Wire, frozen=True):
    """provisioningObjectSummary, in which `action` and `statusInfo` are the older spellings of two fields.

    Steps stay as they came until they are asked for: most rows are of successes, whose steps say nothing more.
    """

    id: str | None = None
    activity_date_time: str | None = None
    job_id: str | None = None
    cycle_id: str | None = None
    change_id: str | None = None
    provisioning_action: str | None = None
    action: str | None = None
    service_principal: Thing | None = None
    source_identity: Thing | None = None
    target_identity: Thing | None = None
    provisioning_status_info: _Status | None = None
    status_info: _Status | None = None
    provisioning_steps: msgspec.Raw = msgspec.Raw()

    def facts(self) -> Facts:
        status = self.provisioning_status_info or self.status_info or _NO_STATUS
        error = status.error_information or _NO_ERROR
        principal = self.service_principal or _NOTHING
        well = known(status.status, STATUSES) == "success"
        return Facts(
            # Downloads may lack the row's own id; the portal calls the change id unique, too.
            id=self.id or self.change_id,
            at=self.activity_date_time,
            job_id=self.job_id,
            cycle_id=self.cycle_id,
            change_id=self.change_id,
            action=self.provisioning_action or self.action,
            status=status.status,
            error_code=error.error_code or status.error_code,
            reason=error.reason or status.reason,
            source=self.source_identity or _NOTHING,
            target=self.target_identity or _NOTHING,
            principal_id=principal.id,
            principal_name=principal.display_name,
            steps=() if well else _steps(self.provisioning_steps),
        )


CUT_BY_POWERSHELL = b'"@{'
"""How ConvertTo-Json writes what lies deeper than its -Depth, which is 2 where nothing else is said."""

_rows = msgspec.json.Decoder(list[PortalRow])
_raws = msgspec.json.Decoder(list[msgspec.Raw])
_row = msgspec.json.Decoder(PortalRow)
_some_steps = msgspec.json.Decoder(list[Step])


def readings(array: bytes | bytearray, now: datetime) -> list[Read]:
    """What each row of a JSON array says. Raises msgspec.DecodeError where it is no JSON array."""
    try:
        rows = _rows.decode(array)
    except msgspec.ValidationError:
        return [reading(raw, now) for raw in _raws.decode(array)]
    return [read(row.facts(), now) for row in rows]


def reading(raw: bytes | msgspec.Raw, now: datetime) -> Read:
    """What one row says; what is of a wrong type in it is left out."""
    wrong: Wrong | None = None
    try:
        row = _row.decode(raw)
    except msgspec.DecodeError:
        wrong = Wrong.TYPE
        try:
            row = lenient.repair(raw, PortalRow)
        except lenient.Unreadable:
            return Reading(id="", wrong=Wrong.NOT_JSON)
    return read(row.facts(), now, wrong)


def _steps(raw: msgspec.Raw) -> list[Step]:
    written = bytes(raw)
    if not written or written == b"null":
        return []
    try:
        return _some_steps.decode(written)
    except msgspec.DecodeError:
        pass
    try:
        return lenient.repair(b'{"steps":' + written + b"}", Steps).steps or []
    except lenient.Unreadable:
        return []
