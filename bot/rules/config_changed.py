"""Somebody changed what a job does: worth knowing before anything comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import groupby

from bot import changes
from bot.detect import Needs, tenant_rule
from bot.model import Alert, AuditEvent, Evidence, Finding, Job, Severity, Tenant

AT_LEAST = timedelta(hours=1)
AT_MOST = timedelta(days=1)


@tenant_rule(needs=Needs.AUDIT, severity=Severity.LOW)
def config_changed(tenant: Tenant) -> Iterator[Finding]:
    """Mappings, scope, credentials or schema of a job were changed; told until a cycle after that got through."""
    jobs = sorted(tenant.jobs, key=lambda job: (job.service_principal, job.id))
    for principal, sharing in groupby(jobs, key=lambda job: job.service_principal):
        found = list(sharing)
        news = [event for event in tenant.audits if event.target_id == principal and _is_news(event, found, tenant)]
        for activity in sorted({changes.plain(event.activity) for event in news}):
            yield _finding(found, [event for event in news if changes.plain(event.activity) == activity])


def _is_news(event: AuditEvent, jobs: Iterable[Job], tenant: Tenant) -> bool:
    age = tenant.now - event.at
    if not changes.is_configuration(event) or age > AT_MOST:
        return False
    return age <= AT_LEAST or not any(
        job.last_success is not None and job.last_success.began is not None and job.last_success.began > event.at
        for job in jobs
    )


def _finding(jobs: list[Job], events: list[AuditEvent]) -> Finding:
    # Jobs that share a service principal share its configuration, and the audit row does not say whose it was.
    first, last = min(events, key=_order), max(events, key=_order)
    alert = Alert(
        title=f"{last.actor or 'Somebody'} {changes.what(last)} of {jobs[0].name}",
        detail="If objects begin to fail now, this is the first thing to look at. "
        "This is over when a cycle that began after the change has got through.",
        severity=Severity.LOW,
        key=changes.plain(last.activity),
        job_id=jobs[0].id,
        job_name=jobs[0].name,
    )
    times = (("Times", str(len(events))),) if len(events) > 1 else ()
    said = tuple((name, value) for name, value in last.details if value and name in {"Details"})
    return Finding(alert=alert, evidence=Evidence(first_seen=first.at, facts=(*times, *said)))


def _order(event: AuditEvent) -> tuple[object, str]:
    return event.at, event.id
