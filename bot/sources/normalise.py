"""Makes a ProvisioningEvent of what a row of the log says, the same one whichever way the row came."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import msgspec

from bot.adapters import lenient
from bot.model import ProvisioningEvent, Wrong
from bot.sources.broken import Reading, decoded, stand_in
from bot.sources.hides import hides
from bot.sources.rows import Facts, GraphRow
from bot.sources.scope import out_of_scope
from bot.sources.words import ACTIONS, STATUSES, STEP_STATUSES, STEP_TYPES, known

LONGEST_ID = 400
LONGEST_NAME = 300
LONGEST_REASON = 4_000
_EARLIEST = datetime(2015, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)


Read = Reading[ProvisioningEvent]


def from_graph(raw: bytes | msgspec.Raw, now: datetime) -> Read:
    """Read one provisioningObjectSummary."""
    try:
        row, wrong, fields = decoded(raw, GraphRow)
    except lenient.Unreadable:
        return Reading(id=stand_in(bytes(raw)), wrong=Wrong.NOT_JSON)
    return read(row.facts(), now, wrong, fields)


def read(facts: Facts, now: datetime, wrong: Wrong | None = None, fields: tuple[str, ...] = ()) -> Read:
    """What the facts amount to. `wrong` is what was wrong with the row before it came here, in those fields."""
    row_id = _bounded(facts.id, LONGEST_ID)
    source, target = facts.source, facts.target
    name = source.display_name or target.display_name or ""
    object_id = source.id or target.id or name
    at = _moment(facts.at, now)
    if not row_id or not object_id or not facts.job_id or at is None:
        named = {"id": row_id, "jobId": facts.job_id, "sourceIdentity": object_id, "activityDateTime": facts.at}
        lacking = tuple(field for field, value in named.items() if not value)
        why, where = (Wrong.MISSING, lacking) if lacking else (Wrong.TIME, ("activityDateTime",))
        # What is of a wrong type is not missing; that is told of, where it is the reason.
        why, where = (wrong, fields) if wrong is not None and lacking else (why, where)
        return Reading(id=row_id or _nameless(facts), wrong=why, fields=where)
    if wrong is None and (fields := _oversize(facts, name, object_id)):
        wrong = Wrong.OVERSIZE
    status = known(facts.status, STATUSES)
    event = ProvisioningEvent(
        id=row_id,
        at=at,
        job_id=_bounded(facts.job_id, LONGEST_ID),
        object_id=_bounded(object_id, LONGEST_ID),
        object_type=_short(source.identity_type or target.identity_type, LONGEST_NAME),
        object_name=_short(name, LONGEST_NAME),
        target_id=_bounded(target.id, LONGEST_ID) if status == "failure" else "",
        action=_short(known(facts.action, ACTIONS), LONGEST_NAME),
        status=_short(status, LONGEST_NAME),
        error_code=_short(facts.error_code, LONGEST_NAME),
        reason=_short(facts.reason, LONGEST_REASON),
        step=_failed_step(facts),
        out_of_scope=status == "skipped" and out_of_scope(facts),
        hides=hides(facts) if status == "skipped" else "",
        cycle_id=_bounded(facts.cycle_id, LONGEST_ID),
        change_id=_bounded(facts.change_id, LONGEST_ID),
        service_principal=_bounded(facts.principal_id, LONGEST_ID),
        app_name=_short(facts.principal_name, LONGEST_NAME),
    )
    return Reading(id=row_id, event=event, wrong=wrong, fields=fields)


def _nameless(facts: Facts) -> str:
    """What tells rows without an id apart; the steps' details are raw JSON, which shows as another text every time."""
    return stand_in(repr(msgspec.structs.replace(facts, steps=())).encode("utf-8", "replace"))


def _failed_step(facts: Facts) -> str:
    for step in facts.steps:
        if known(step.status, STEP_STATUSES) == "failure":
            return _short(known(step.provisioning_step_type, STEP_TYPES), LONGEST_NAME)
    return ""


def _moment(text: str | None, now: datetime) -> datetime | None:
    """The row's time; None where it cannot be true: year 1, or tomorrow. The ledger orders by it, so it is not guessed."""
    try:
        at = msgspec.convert(text, datetime)
        # Year 1 east of Greenwich, and year 9999 west of it, are not times in UTC at all.
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (msgspec.ValidationError, OverflowError):
        return None
    return at if _EARLIEST <= at <= now + _AHEAD else None


def _oversize(facts: Facts, name: str, object_id: str) -> tuple[str, ...]:
    """The fields that are longer than what is kept of them."""
    lengths = (
        ("reason", len(facts.reason or ""), LONGEST_REASON),
        ("displayName", len(name), LONGEST_NAME),
        ("sourceIdentity", len(object_id), LONGEST_ID),
        ("id", len(facts.id or ""), LONGEST_ID),
    )
    return tuple(field for field, length, longest in lengths if length > longest)


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
