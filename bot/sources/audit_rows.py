"""Reads rows of the directory's audit log, as Graph shows them and as Log Analytics keeps them, into AuditEvents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from bot.adapters import lenient
from bot.adapters.wording import clean
from bot.model import AuditEvent, Wrong
from bot.sources.broken import Reading, decoded, stand_in
from bot.sources.rows import Wire

_LONGEST = 300
_AHEAD = timedelta(days=1)


class _User(Wire, frozen=True):
    id: str | None = None
    display_name: str | None = None
    user_principal_name: str | None = None


class _App(Wire, frozen=True):
    app_id: str | None = None
    display_name: str | None = None
    service_principal_id: str | None = None


class _By(Wire, frozen=True):
    user: _User | None = None
    app: _App | None = None


class _Target(Wire, frozen=True):
    id: str | None = None
    display_name: str | None = None
    type: str | None = None


class _Detail(Wire, frozen=True):
    key: str | None = None
    value: str | None = None


class _Row(Wire, frozen=True):
    """directoryAudit."""

    id: str | None = None
    activity_date_time: str | None = None
    activity_display_name: str | None = None
    logged_by_service: str | None = None
    result: str | None = None
    result_reason: str | None = None
    initiated_by: _By | None = None
    target_resources: list[_Target] | None = None
    additional_details: list[_Detail] | None = None


Read = Reading[AuditEvent]


def from_graph(raw: msgspec.Raw, now: datetime) -> Read:
    """Read one directoryAudit."""
    try:
        row, wrong, fields = decoded(raw, _Row)
    except lenient.Unreadable:
        return Reading(id=stand_in(bytes(raw)), wrong=Wrong.NOT_JSON)
    return _read(row, now, wrong, fields)


def from_columns(row: Mapping[str, Any], now: datetime) -> Read:
    """Read one row of the query in `bot.sources.logs_audits`; its nested columns are JSON in text."""
    parts = ("InitiatedBy", "initiatedBy"), ("TargetResources", "targetResources"), ("Details", "additionalDetails")
    broken: list[str] = []
    plain = {
        "id": row.get("Id"),
        "activityDateTime": row.get("At"),
        "activityDisplayName": row.get("Activity"),
        "loggedByService": row.get("LoggedByService"),
        "result": row.get("Result"),
        "resultReason": row.get("ResultReason"),
    }
    nested = {name: _json(row, column, broken) for column, name in parts}
    found = from_graph(msgspec.Raw(msgspec.json.encode(plain | nested)), now)
    if not broken or found.event is None:
        return found
    return msgspec.structs.replace(found, wrong=Wrong.NESTED, fields=tuple(broken))


def _json(row: Mapping[str, Any], column: str, broken: list[str]) -> Any:
    value = row.get(column)
    try:
        return msgspec.json.decode(value) if isinstance(value, str) and value else None
    except (msgspec.DecodeError, RecursionError):
        broken.append(column)
        return None


def _read(row: _Row, now: datetime, wrong: Wrong | None, fields: tuple[str, ...]) -> Read:
    number, at = clean(row.id)[:_LONGEST], _moment(row.activity_date_time)
    if not number or at is None or not at <= now + _AHEAD:
        where = "id" if not number else "activityDateTime"
        why = Wrong.TIME if number and row.activity_date_time else wrong or Wrong.MISSING
        return Reading(id=number or stand_in(repr(row).encode("utf-8", "replace")), wrong=why, fields=(where,))
    by, target = row.initiated_by or _By(), _target(row.target_resources or [])
    user, app = by.user, by.app or _App()
    event = AuditEvent(
        id=number,
        at=at,
        activity=_cut(row.activity_display_name),
        service=_cut(row.logged_by_service),
        result=_cut(row.result),
        reason=_cut(row.result_reason),
        actor=_cut((user.display_name or user.user_principal_name) if user else app.display_name),
        actor_id=_cut(user.id if user else app.service_principal_id or app.app_id),
        by_app=user is None,
        target_id=_cut(target.id),
        target_name=_cut(target.display_name),
        details=tuple((_cut(each.key), _cut(each.value)) for each in (row.additional_details or [])[:20]),
    )
    return Reading(id=number, event=event, wrong=wrong, fields=fields)


def _target(targets: list[_Target]) -> _Target:
    """The service principal that a row is about, which is not always its first target."""
    principals = [each for each in targets if (each.type or "").lower() == "serviceprincipal"]
    return next(iter([*principals, *targets]), _Target())


def _cut(text: str | None) -> str:
    return clean(text)[:_LONGEST]


def _moment(text: str | None) -> datetime | None:
    try:
        found = msgspec.convert(text, datetime)
        aware = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (msgspec.ValidationError, OverflowError):
        return None
    return aware if aware.year > 1999 else None
