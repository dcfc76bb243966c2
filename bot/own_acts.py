"""What the bot did itself because somebody asked: rows of the directory's audit log that its own audit trail explains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from bot import changes
from bot.model import AuditEntry, AuditEvent, Job, Value
from bot.ports import Answered

ACTIVITIES: Mapping[str, str] = {"restart": changes.plain("Enable/restart provisioning configuration")}
"""What the directory's audit log calls what a command does."""

# A row is written when the service got round to it, and the two clocks need not agree.
_BEFORE, _AFTER = timedelta(minutes=2), timedelta(minutes=10)

PRINCIPAL, ACTIVITY, BY_APP, TIME = "PrincipalId", "Activity", "ByApp", "TimeGenerated"
"""The columns by which a rule in KQL lets it be known whose doing a row was."""
UNNAMED = "unknown"
"""What stands in BY_APP where an application did it and the row does not say which; "" where a person did."""


class Act(Value, frozen=True, kw_only=True):
    """One thing that somebody had the bot do to the jobs of a service principal."""

    at: datetime
    principal: str
    activity: str
    by: str


def acts(trail: Iterable[AuditEntry], jobs: Mapping[str, Job]) -> tuple[Act, ...]:
    """What the entries of confirmed commands stand for: those are written before the bot does anything."""
    return tuple(
        Act(
            at=each.at,
            principal=jobs[job_id].service_principal,
            activity=activity,
            by=each.person.name or each.person.id,
        )
        for each in trail
        if (activity := ACTIVITIES.get(each.command)) and (job_id := each.words.partition(" ")[0]) in jobs
    )


def named(events: Sequence[AuditEvent], done: Sequence[Act]) -> list[AuditEvent]:
    """The rows, each of an act of the bot with the name of who asked for it; an act stands behind one row at most."""
    asked: dict[str, str] = {}
    for act in done:
        rows = [
            row
            for row in events
            if row.by_app and row.id not in asked and _is(act, row.target_id, row.activity, row.at)
        ]
        if rows:
            asked[min(rows, key=lambda row: (abs(row.at - act.at), row.id)).id] = act.by
    return [
        replace(row, actor=f"{asked[row.id]} (through {row.actor or 'me'})") if row.id in asked else row
        for row in events
    ]


def others(answer: Answered, done: Sequence[Act], own_app: str) -> Answered:
    """The answer to a rule without what the bot did itself: somebody asked it to, and its trail says who."""
    names = [name for name, _ in answer.columns]
    if not done or not {PRINCIPAL, ACTIVITY, BY_APP, TIME} <= set(names):
        return answer
    kept = tuple(row for row in answer.rows if not _is_own(dict(zip(names, row, strict=True)), done, own_app))
    return replace(answer, rows=kept)


def _is_own(row: Mapping[str, Any], done: Sequence[Act], own_app: str) -> bool:
    at, app = row[TIME], str(row[BY_APP] or "").lower()
    if app not in (UNNAMED, own_app.lower()) or not isinstance(at, datetime):
        return False
    return any(_is(act, str(row[PRINCIPAL]), str(row[ACTIVITY]), at) for act in done)


def _is(act: Act, principal: str, activity: str, at: datetime) -> bool:
    near = act.at - _BEFORE <= at <= act.at + _AFTER
    return near and act.principal == principal and act.activity == changes.plain(activity)
