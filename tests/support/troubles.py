"""For each rule a job or a tenant that it speaks of, with enough around it that order and repetition could matter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from bot.detect import rules
from bot.hidden import LOST
from bot.ledger import STAGED
from bot.model import (
    Arrival,
    AuditEvent,
    AzureAlert,
    AzureSeries,
    Cause,
    Credential,
    CredentialCheck,
    DirectorySync,
    Execution,
    Gap,
    Hour,
    Memory,
    Owed,
    RuleState,
    Schema,
    ScopedGroup,
    ServiceFault,
    SourceState,
    SyncConflict,
    Tenant,
    Usual,
    Window,
)
from tests.support.make import NOON, failing, failure, job, quarantine

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ID, OTHER = "Workday.t.1", "slack.t.2"
JOBS = (job(), job("Slack", id=OTHER, service_principal="sp-2"))


def ran(ago: timedelta = 5 * MINUTE, **more: Any) -> Execution:
    told: dict[str, Any] = {"began": NOON - ago - MINUTE, "ended": NOON - ago, "state": "Succeeded"}
    return Execution(**(told | more))


def memory(**more: Any) -> Memory:
    """Of a job that has run every 40 minutes, the last time a few minutes ago."""
    told: dict[str, Any] = {
        "job_id": ID,
        "first_seen": NOON - 60 * DAY,
        "last_seen": NOON,
        "name": "Workday",
        "status": "active",
        "cycles": tuple(NOON - 6 * MINUTE - 40 * MINUTE * number for number in reversed(range(10))),
    }
    return Memory(**(told | more))


def window(**more: Any) -> Window:
    told: dict[str, Any] = {
        "job": job(last=ran(), last_success=ran(), last_export=ran()),
        "failures": (),
        "now": NOON,
        "memory": memory(),
    }
    return Window(**(told | more))


def tenant(**more: Any) -> Tenant:
    told: dict[str, Any] = {"now": NOON, "jobs": JOBS}
    return Tenant(**(told | more))


def change(number: int, **more: Any) -> AuditEvent:
    told: dict[str, Any] = {"id": f"a{number}", "at": NOON - number * MINUTE, "actor": "Ada", "target_id": "sp-1"}
    told |= {"activity": "Update attribute mappings or scope"}
    return AuditEvent(**(told | more))


def several(objects: int = 3, **more: Any) -> tuple[Any, ...]:
    """So many objects that fail for each of three causes."""
    return tuple(
        failing(objects, cause=Cause(code=code), examples=(failure(cause=Cause(code=code), **more),), **_times(more))
        for code in ("Timeout", "Conflict", "NeverHeardOf")
    )


def _times(more: Mapping[str, Any]) -> dict[str, Any]:
    return {name: more[name] for name in ("first_seen", "last_seen") if name in more}


def hours(action: str, status: str, *causes: str) -> tuple[Hour, ...]:
    found = (Hour(job_id=ID, hour=NOON, action=action, status=status, cause=each, count=80) for each in causes)
    return (*found, Hour(job_id=ID, hour=NOON, action="create", status="success", count=5))


def _quarantined() -> Window:
    return window(job=job(quarantine=quarantine()), failures=several(), audits=(change(1), change(2)))


def _staged() -> Window:
    rows = tuple(failing(50, cause=Cause(code=code)) for code in (STAGED, LOST))
    return window(job=job(quarantine=quarantine(reason="TooManyDeletes")), warnings=rows)


def _forecast() -> Window:
    escrows = tuple((NOON - hour * HOUR, 4_000 - 900 * hour) for hour in range(3, -1, -1))
    last = ran(escrowed=4_000, entitled=2_000)
    return window(
        job=job(last=last, last_success=last, last_export=last), failures=several(500), memory=memory(escrows=escrows)
    )


def _paused() -> Window:
    since = memory(status="paused", status_since=NOON - HOUR, stopped_by="Ada")
    return window(job=job(status="Paused", last=ran()), memory=since)


def _silent() -> Window:
    old = tuple(each - 5 * HOUR for each in memory().cycles)
    return window(memory=memory(cycles=old), audits=(change(1, activity="Quarantine"), change(2, result="failure")))


def _secrets() -> Tenant:
    ends = ((1, ID), (12, OTHER), (12, ID), (400, OTHER))
    return tenant(
        credentials=tuple(
            Credential(
                id=f"k{number}", kind=f"secret {number}", name="", owner=of, expires_at=NOON + days * DAY, jobs=(of,)
            )
            for number, (days, of) in enumerate(ends)
        )
    )


def _groups() -> Tenant:
    gone = tuple(ScopedGroup(id=f"g{n}", name=f"Group {n}", trouble="missing", since=NOON - n * HOUR) for n in range(3))
    return tenant(scopes=((ID, gone), (OTHER, gone[:2])))


def _late() -> Tenant:
    sources = tuple(SourceState(name=name, answered_at=NOON, lag=60.0) for name in ("graph", "log_analytics"))
    arrivals = tuple(
        Arrival(source=source, job_id=of, newest=NOON - hours * HOUR)
        for source, of, hours in (("graph", ID, 4), ("graph", OTHER, 1), ("log_analytics", ID, 5))
    )
    return tenant(sources=sources, arrivals=arrivals, owed=(Owed(job_id=ID, at=NOON - 3 * HOUR),))


def _sources() -> Tenant:
    down = SourceState(name="graph", failing_since=NOON - HOUR, sentence="No.")
    return tenant(sources=(SourceState(name="jobs", answered_at=NOON), down))


def _changes() -> Tenant:
    audits = (change(1), change(7), change(9, target_id="sp-2"), change(3, activity="User Provisioning"))
    seen = Schema(job_id=OTHER, version="2", changed_at=NOON - 3 * HOUR, noticed_at=NOON)
    return tenant(audits=audits, schemas=(seen, Schema(job_id=ID, version="1")))


def _alerts() -> Tenant:
    fired = tuple(
        AzureAlert(
            id=f"i{n}", series=f"s{n}", rule=f"Rule {n}", began=NOON, heard_at=NOON, fired_at=NOON, passing=n == 1
        )
        for n in range(3)
    )
    return tenant(alerts=tuple(AzureSeries(alert=each) for each in fired))


def _stale() -> Tenant:
    old = NOON - 30 * HOUR
    return tenant(sync=DirectorySync(at=NOON, enabled=True, synced_at=old, passwords_at=old, patience=3.0))


def _conflicts() -> Tenant:
    found = tuple(
        SyncConflict(id=f"o{n}", kind="user", name=f"U{n}", category="PropertyConflict", attribute=name, value=f"v{n}")
        for n, name in enumerate(("proxyAddresses", "userPrincipalName", "proxyAddresses"))
    )
    return tenant(sync=DirectorySync(at=NOON, enabled=True, conflicts=found))


def _faults() -> Tenant:
    found = tuple(
        ServiceFault(id=f"o{n}", kind="user", name=f"U{n}", service=name, detail="No.")
        for n, name in enumerate(("exchange", "sharepoint", "exchange"))
    )
    return tenant(sync=DirectorySync(at=NOON, enabled=True, faults=found))


def _gaps() -> Tenant:
    tables = ("AuditLogs", "AADProvisioningLogs")
    return tenant(
        gaps=tuple(Gap(home="archive", other="log_analytics", table=name, rows=1, others=9) for name in tables)
    )


def _unreadable() -> Tenant:
    return tenant(broken_rules=tuple(RuleState(name=name, sentence="No.", since=NOON - HOUR) for name in ("a", "b")))


TROUBLES: Mapping[str, Callable[[], Window | Tenant]] = {
    "azure_alert": _alerts,
    "config_changed": _changes,
    "credential_expiring": _secrets,
    "credential_invalid": lambda: window(
        job=job(), credentials=CredentialCheck(job_id=ID, at=NOON, fault="No", since=NOON - HOUR)
    ),
    "deletions_staged": _staged,
    "dirsync_conflict": _conflicts,
    "dirsync_stale": _stale,
    "failing_objects": lambda: window(failures=several()),
    "failure_spike": lambda: window(
        hours=hours("update", "failure", "timeout", "conflict"),
        usual=Usual(job_id=ID, days=20, failed=(("timeout", (3,) * 27), ("conflict", (1,) * 27))),
    ),
    "group_scope": _groups,
    "hidden_losses": lambda: window(warnings=tuple(failing(2, cause=Cause(code=code)) for code in (LOST, "X", STAGED))),
    "job_discovered": lambda: window(memory=memory(new=True, first_seen=NOON - HOUR)),
    "job_missing": lambda: tenant(
        memories=(memory(job_id="gone", gone_since=NOON - HOUR), memory(), memory(job_id=OTHER, gone_since=NOON))
    ),
    "job_never_ran": lambda: window(job=job(status="NotRun"), memory=memory(status="notrun", cycles=())),
    "job_paused": _paused,
    "job_silent": _silent,
    "logs_differ": _gaps,
    "logs_late": _late,
    "mass_change": lambda: window(hours=hours("delete", "success", "") + hours("disable", "success", "")),
    "no_exports": lambda: window(job=job(last=ran(), last_success=ran(), last_export=ran(31 * DAY))),
    "quarantine": _quarantined,
    "quarantine_forecast": _forecast,
    "rule_broken": _unreadable,
    "service_fault": _faults,
    "source_failing": _sources,
    "stuck_object": lambda: window(failures=several(1, count=5, first_seen=NOON - 2 * DAY)),
}

WITHOUT = sorted({rule.name for rule in rules() if rule.check} ^ TROUBLES.keys())
"""Rules without a trouble, and troubles without a rule; rules in KQL have fixtures instead."""
