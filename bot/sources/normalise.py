"""Makes a ProvisioningEvent of what a row of the log says, the same one whichever way the row came."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import msgspec

from bot.adapters import lenient
from bot.model import ProvisioningEvent
from bot.sources.rows import Facts, GraphRow
from bot.sources.scope import out_of_scope
from bot.sources.words import ACTIONS, STATUSES, STEP_STATUSES, STEP_TYPES, known

LONGEST_ID = 400
LONGEST_NAME = 300
LONGEST_REASON = 4_000
_EARLIEST = datetime(2015, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a row: an event, unless too little of it can be read; and what is wrong with it, if anything."""

    id: str
    event: ProvisioningEvent | None = None
    wrong: str = ""


_GRAPH_ROW = msgspec.json.Decoder(GraphRow)


def from_graph(raw: bytes | msgspec.Raw, now: datetime) -> Reading:
    """Read one provisioningObjectSummary."""
    wrong = ""
    try:
        row = _GRAPH_ROW.decode(raw)
    except msgspec.DecodeError:
        wrong = "a field of a wrong type"
        try:
            row = lenient.repair(raw, GraphRow)
        except lenient.Unreadable:
            return Reading(id=_stand_in(bytes(raw)), wrong="no JSON object")
    return read(row.facts(), now, wrong)


def read(facts: Facts, now: datetime, wrong: str = "") -> Reading:
    """What the facts amount to. `wrong` is what was wrong with the row before it came here."""
    row_id = _bounded(facts.id, LONGEST_ID)
    source, target = facts.source, facts.target
    name = source.display_name or target.display_name or ""
    object_id = source.id or target.id or name
    at = _moment(facts.at, now)
    if not row_id or not object_id or not facts.job_id or at is None:
        lacking = [
            what
            for what, is_there in (("id", row_id), ("job", facts.job_id), ("object", object_id), ("time", at))
            if not is_there
        ]
        return Reading(id=row_id or _stand_in(repr(facts).encode()), wrong=f"no usable {', '.join(lacking)}")
    if _is_oversize(facts, name, object_id):
        wrong = wrong or "an oversize field"
    status = known(facts.status, STATUSES)
    event = ProvisioningEvent(
        id=row_id,
        at=at,
        job_id=_bounded(facts.job_id, LONGEST_ID),
        object_id=_bounded(object_id, LONGEST_ID),
        object_type=_short(source.identity_type or target.identity_type, LONGEST_NAME),
        object_name=_short(name, LONGEST_NAME),
        action=_short(known(facts.action, ACTIONS), LONGEST_NAME),
        status=_short(status, LONGEST_NAME),
        error_code=_short(facts.error_code, LONGEST_NAME),
        reason=_short(facts.reason, LONGEST_REASON),
        step=_failed_step(facts),
        out_of_scope=status == "skipped" and out_of_scope(facts),
        cycle_id=_bounded(facts.cycle_id, LONGEST_ID),
        change_id=_bounded(facts.change_id, LONGEST_ID),
        service_principal=_bounded(facts.principal_id, LONGEST_ID),
        app_name=_short(facts.principal_name, LONGEST_NAME),
    )
    return Reading(id=row_id, event=event, wrong=wrong)


def _failed_step(facts: Facts) -> str:
    for step in facts.steps:
        if known(step.status, STEP_STATUSES) == "failure":
            return _short(known(step.provisioning_step_type, STEP_TYPES), LONGEST_NAME)
    return ""


def _moment(text: str | None, now: datetime) -> datetime | None:
    """The row's time; None where it cannot be true: year 1, or tomorrow. The ledger orders by it, so it is not guessed."""
    try:
        at = msgspec.convert(text, datetime)
    except (msgspec.ValidationError, OverflowError):
        return None
    at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    return at if _EARLIEST <= at <= now + _AHEAD else None


def _is_oversize(facts: Facts, name: str, object_id: str) -> bool:
    return (
        len(facts.reason or "") > LONGEST_REASON
        or len(name) > LONGEST_NAME
        or len(object_id) > LONGEST_ID
        or len(facts.id or "") > LONGEST_ID
    )


def _short(text: str | None, longest: int) -> str:
    if not text:
        return ""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _bounded(text: str | None, longest: int) -> str:
    """An id, told apart from others by its hash where it is too long to keep."""
    if not text:
        return ""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if len(text) <= longest:
        return text
    return f"{text[: longest - 65]}…{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()}"


def _stand_in(data: bytes) -> str:
    """A name for a row without an id, the same whenever the row is read."""
    return f"?{hashlib.sha256(data).hexdigest()[:16]}"
