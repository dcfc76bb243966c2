"""Reads rows of the directory's audit log, as Graph shows them and as Log Analytics keeps them, into AuditEvents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from bot.adapters import lenient
from bot.adapters.wording import clean
from bot.model import AuditEvent
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


class Reading(NamedTuple):
    """The event, if the row is one, and what is wrong with the row."""

    id: str
    event: AuditEvent | None
    wrong: str = ""


def from_graph(raw: msgspec.Raw, now: datetime) -> Reading:
    """Read one directoryAudit."""
    try:
        return _read(lenient.decode(raw, _Row), now)
    except lenient.Unreadable as error:
        return Reading("", None, str(error)[:100])


def from_columns(row: Mapping[str, Any], now: datetime) -> Reading:
    """Read one row of the query in `bot.sources.logs_audits`; its nested columns are JSON in text."""
    parts = ("InitiatedBy", "initiatedBy"), ("TargetResources", "targetResources"), ("Details", "additionalDetails")
    plain = {
        "id": row.get("Id"),
        "activityDateTime": row.get("At"),
        "activityDisplayName": row.get("Activity"),
        "loggedByService": row.get("LoggedByService"),
        "result": row.get("Result"),
        "resultReason": row.get("ResultReason"),
    }
    nested = {name: _json(row.get(column)) for column, name in parts}
    return from_graph(msgspec.Raw(msgspec.json.encode(plain | nested)), now)


def _json(value: object) -> Any:
    try:
        return msgspec.json.decode(value) if isinstance(value, str) and value else None
    except msgspec.DecodeError:
        return None


def _read(row: _Row, now: datetime) -> Reading:
    number, at = clean(row.id)[:_LONGEST], _moment(row.activity_date_time)
    if not number or at is None or not at <= now + _AHEAD:
        return Reading(number, None, "no id" if not number else "no time that can be")
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
    return Reading(number, event)


def _target(targets: list[_Target]) -> _Target:
    """The service principal that a row is about, which is not always its first target."""
    principals = [each for each in targets if (each.type or "").lower() == "serviceprincipal"]
    return next(iter([*principals, *targets]), _Target())


def _cut(text: str | None) -> str:
    return clean(text)[:_LONGEST]


def _moment(text: str | None) -> datetime | None:
    try:
        found = msgspec.convert(text, datetime)
    except (msgspec.ValidationError, OverflowError):
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return aware.astimezone(UTC) if aware.year > 1999 else None
