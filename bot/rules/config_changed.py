"""Somebody changed what a job does: worth knowing before anything comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby

from bot import changes
from bot.detect import Needs, tenant_rule
from bot.model import Alert, AuditEvent, Evidence, Finding, Job, Schema, Severity, Tenant

AT_LEAST = timedelta(hours=1)
AT_MOST = timedelta(days=1)
PATIENCE = timedelta(minutes=30)
"""So long the audit row of a changed schema may take to come; only then nobody is known to have changed it."""

MOST_NAMED = 3
OVER = "This is over when a cycle that began after the change has got through."


@tenant_rule(needs=Needs.AUDIT, severity=Severity.LOW)
def config_changed(tenant: Tenant) -> Iterator[Finding]:
    """Mappings, scope, credentials or schema of a job were changed; told until a cycle after that got through."""
    jobs = sorted(tenant.jobs, key=lambda job: (job.service_principal, job.id))
    for principal, sharing in groupby(jobs, key=lambda job: job.service_principal):
        found = list(sharing)
        news = [
            event
            for event in tenant.audits
            if event.target_id == principal and changes.is_configuration(event) and _is_news(event.at, found, tenant)
        ]
        for activity in sorted({changes.plain(event.activity) for event in news}):
            yield _finding(found, [event for event in news if changes.plain(event.activity) == activity])
    yield from _without_a_row(tenant)


def _is_news(at: datetime, jobs: Iterable[Job], tenant: Tenant, noticed: datetime | None = None) -> bool:
    if tenant.now - at > AT_MOST:
        return False
    return tenant.now - (noticed or at) <= AT_LEAST or not any(
        job.last_success is not None and job.last_success.began is not None and job.last_success.began > at
        for job in jobs
    )


def _finding(jobs: list[Job], events: list[AuditEvent]) -> Finding:
    first, last = min(events, key=_order), max(events, key=_order)
    # Of several jobs that share a service principal the audit row does not say whose it was: then it is the application's.
    one, activity = jobs[0] if len(jobs) == 1 else None, changes.plain(last.activity)
    names = list(dict.fromkeys(job.name for job in jobs))
    about = one.name if one else last.target_name or " and ".join(names[:MOST_NAMED])
    alert = Alert(
        title=f"{last.actor or 'Somebody'} {changes.what(last)} of {about}",
        detail=f"If objects begin to fail now, this is the first thing to look at. {OVER}",
        severity=Severity.LOW,
        key=activity if one else f"{last.target_id}/{activity}",
        job_id=one.id if one else "",
        job_name=one.name if one else "",
    )
    shared = () if one else (("Jobs", f"{', '.join(names[:MOST_NAMED])}: the row does not say which of {len(jobs)}"),)
    times = (("Times", str(len({event.id for event in events}))),) if len({event.id for event in events}) > 1 else ()
    said = tuple((name, value) for name, value in last.details if value and name in {"Details"})
    return Finding(alert=alert, evidence=Evidence(first_seen=first.at, facts=(*shared, *times, *said)))


def _order(event: AuditEvent) -> tuple[object, str]:
    return event.at, event.id


def _without_a_row(tenant: Tenant) -> Iterator[Finding]:
    """Schemas that are not as they were, though the audit log tells of no change."""
    jobs = {job.id: job for job in tenant.jobs}
    for schema in sorted(tenant.schemas, key=lambda each: each.job_id):
        job, at = jobs.get(schema.job_id), schema.changed_at
        if (
            job is None
            or at is None
            or tenant.now - at < PATIENCE
            or not _is_news(at, [job], tenant, schema.noticed_at)
        ):
            continue
        if not any(_explains(event, job, at) for event in tenant.audits):
            yield _of_schema(job, schema)


def _explains(event: AuditEvent, job: Job, at: datetime) -> bool:
    return event.target_id == job.service_principal and changes.is_change(event) and abs(event.at - at) <= AT_LEAST


def _of_schema(job: Job, schema: Schema) -> Finding:
    alert = Alert(
        title=f"The schema of {job.name} was changed",
        detail="Its mappings or its scope are not what they were, and the audit log does not say who changed them: "
        f"Entra may have done it itself. If objects begin to fail now, look there first. {OVER}",
        severity=Severity.LOW,
        key="schema",
        job_id=job.id,
        job_name=job.name,
    )
    return Finding(alert=alert, evidence=Evidence(first_seen=schema.changed_at, facts=(("Version", schema.version),)))
