"""Cycles run, but their rows do not come: what fails now is not seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from bot.detect import Needs, tenant_rule
from bot.model import Alert, Evidence, Finding, Severity, SourceState, Tenant

PATIENCE = timedelta(minutes=90)
"""Entra's slowest rows take up to an hour; a row that is later than this is not merely slow."""

NAMES: Mapping[str, str] = {"graph": "Graph", "log_analytics": "Log Analytics"}
SHOWN = 3


@tenant_rule(needs=Needs.LOG, severity=Severity.HIGH)
def logs_late(tenant: Tenant) -> Iterator[Finding]:
    """Cycles run and export, but a source of the provisioning log does not show their rows, or less than another does."""
    for source in tenant.sources:
        if source.name not in NAMES or source.failing_since is not None or source.answered_at is None:
            continue
        late = _late(tenant, source, source.answered_at)
        if late:
            yield _finding(tenant, source, late)


def _late(tenant: Tenant, source: SourceState, read_at: datetime) -> list[str]:
    """Names of the jobs whose rows are overdue in a source that was read since."""
    here, elsewhere = _newest(tenant, source.name, same=True), _newest(tenant, source.name, same=False)
    overdue = {
        each.job_id
        for each in tenant.owed
        if read_at - each.at > PATIENCE and ((at := here.get(each.job_id)) is None or at < each.at)
    }
    behind = {job_id for job_id, at in elsewhere.items() if job_id in here and at - here[job_id] > PATIENCE}
    return sorted(job.name for job in tenant.jobs if job.id in overdue | behind)


def _newest(tenant: Tenant, source: str, *, same: bool) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for each in tenant.arrivals:
        if (each.source == source) is same:
            found[each.job_id] = max(each.newest, found.get(each.job_id, each.newest))
    return found


def _finding(tenant: Tenant, source: SourceState, late: list[str]) -> Finding:
    name = NAMES[source.name]
    alert = Alert(
        title=f"The provisioning log in {name} is late",
        detail="Cycles run, but their rows do not come. Until they do, what fails now is not seen here. Entra's log is late "
        "at times; where it stays so, look at the diagnostic settings that export it and at Microsoft's service health.",
        severity=Severity.HIGH,
        key=source.name,
    )
    more = f" and {len(late) - SHOWN:,} more" if len(late) > SHOWN else ""
    newest = max((each.newest for each in tenant.arrivals if each.source == source.name), default=None)
    facts = [("Jobs", f"{', '.join(late[:SHOWN])}{more}")]
    if newest is not None:
        facts.append(("Newest row", f"{newest.day} {newest:%b %H:%M} UTC"))
    if source.lag is not None:
        facts.append(("Rows came last", f"about {max(1, round(source.lag / 60)):,} min after their time"))
    return Finding(alert=alert, evidence=Evidence(first_seen=newest, facts=tuple(facts)))
