"""Objects that a service of Microsoft 365, mostly Exchange, did not take over from the directory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.detect import Needs, tenant_rule
from bot.model import Alert, Evidence, Finding, ServiceFault, Severity, Tenant

SHOWN = 8


@tenant_rule(needs=Needs.DIRSYNC, severity=Severity.MEDIUM)
def service_fault(tenant: Tenant) -> Iterator[Finding]:
    """A service, mostly Exchange, did not take an object over from the directory, as the object itself says."""
    found: dict[str, list[ServiceFault]] = {}
    for each in tenant.sync.faults if tenant.sync else ():
        found.setdefault(each.service, []).append(each)
    for service, faults in sorted(found.items()):
        yield _finding(service, sorted(faults, key=lambda each: (each.name, each.id)))


def _finding(service: str, faults: Sequence[ServiceFault]) -> Finding:
    alert = Alert(
        title=f"{service.capitalize()} did not take over objects from the directory",
        detail="They are in Entra, but the service refused them; what it says of each is below.",
        severity=Severity.MEDIUM,
        key=service,
    )
    facts = [(each.name, each.detail) for each in faults[:SHOWN]]
    if len(faults) > SHOWN:
        facts.append(("And", f"{len(faults) - SHOWN:,} more"))
    since = min((each.since for each in faults if each.since), default=None)
    return Finding(alert=alert, evidence=Evidence(count=len(faults), first_seen=since, facts=tuple(facts)))
