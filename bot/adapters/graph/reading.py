"""Turns Graph's synchronizationJob into our Job."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from bot.adapters.graph.kinds import kind_of
from bot.adapters.graph.wire import Principal, WireExecution, WireJob, WireProgress, WireQuarantine
from bot.adapters.wording import clean
from bot.model import Execution, Job, Progress, Quarantine


def job(wire: WireJob, principal: Principal) -> Job | None:
    """The job as it stands, under its service principal's name; None for one without an id."""
    if not wire.id or not principal.id:
        return None
    template, schedule, status = wire.template_id or "", wire.schedule, wire.status
    found = Job(
        id=wire.id,
        service_principal=principal.id,
        name=principal.display_name or wire.id,
        app_id=principal.app_id or "",
        template=template,
        kind=kind_of(wire.id, template),
        interval=schedule.interval or "" if schedule else "",
        schedule_state=schedule.state or "" if schedule else "",
    )
    if status is None:
        return found
    return msgspec.structs.replace(
        found,
        status=status.code or "",
        quarantine=_quarantine(status.quarantine, status.code or ""),
        last=_execution(status.last_execution),
        last_success=_execution(status.last_successful_execution),
        last_export=_execution(status.last_successful_execution_with_exports),
        successive_failures=status.count_successive_complete_failures or 0,
        progress=_progress(status.progress or ()),
        escrows_pruned=status.escrows_pruned or False,
        synced=tuple((count.key or "", count.value or 0) for count in status.synchronized_entry_count_by_type or ()),
        troubleshooting_url=status.troubleshooting_url or "",
    )


def moment(text: str | None) -> datetime | None:
    """A time of Graph's; None for none, for what is no time, and for year 1, by which Graph says never."""
    if not text:
        return None
    try:
        found = msgspec.convert(text, datetime)
    except (msgspec.ValidationError, OverflowError):
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return aware.astimezone(UTC) if aware.year > 1 else None


def _quarantine(wire: WireQuarantine | None, code: str) -> Quarantine | None:
    """Graph may leave a quarantine object behind with nothing in it: the status code decides then."""
    if wire is None:
        return Quarantine(reason="Unknown") if code == "Quarantine" else None
    if code != "Quarantine" and (not wire.reason or moment(wire.current_began) is None):
        return None
    return Quarantine(
        reason=wire.reason or "Unknown",
        error_code=clean(wire.error.code) if wire.error else "",
        error_message=clean(wire.error.message) if wire.error else "",
        current_began=moment(wire.current_began),
        series_began=moment(wire.series_began),
        series_count=wire.series_count or 0,
        next_attempt=moment(wire.next_attempt),
    )


def _progress(wires: Iterable[WireProgress]) -> Progress | None:
    """The newest of what was observed."""
    seen = [
        Progress(at=at, done=wire.completed_units or 0, total=wire.total_units or 0)
        for wire in wires
        if (at := moment(wire.progress_observation_date_time)) is not None
    ]
    return max(seen, key=lambda each: (each.at, each.done), default=None)


def _execution(wire: WireExecution | None) -> Execution | None:
    if wire is None:
        return None
    return Execution(
        activity_id=wire.activity_identifier or "",
        state=wire.state or "",
        began=moment(wire.time_began),
        ended=moment(wire.time_ended),
        entitled=wire.count_entitled or 0,
        imported=wire.count_imported or 0,
        exported=wire.count_exported or 0,
        escrowed=wire.count_escrowed or 0,
        error=clean(wire.error.message or wire.error.code) if wire.error else "",
    )
