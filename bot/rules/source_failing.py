"""A source or a permission is gone: what rests on it stays as it is, and somebody should know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from bot.detect import Needs, tenant_rule
from bot.model import Alert, Evidence, Finding, Severity, Tenant

PATIENCE = timedelta(minutes=5)
_WHAT: Mapping[str, tuple[str, Severity]] = {
    "graph": ("The provisioning log cannot be read from Microsoft Graph", Severity.HIGH),
    "log_analytics": ("The provisioning log cannot be read from Log Analytics", Severity.HIGH),
    "jobs": ("The state of the jobs cannot be read", Severity.HIGH),
    "audits": ("The audit log cannot be read", Severity.MEDIUM),
    "groups": ("The groups in the jobs' scopes cannot be looked after", Severity.LOW),
    "rules": ("The rules in KQL cannot be asked", Severity.MEDIUM),
    "dirsync": ("The sync with Active Directory cannot be looked after", Severity.LOW),
    "directory": ("Credentials cannot be looked after", Severity.MEDIUM),
}


@tenant_rule(needs=Needs.NOTHING, severity=Severity.HIGH)
def source_failing(tenant: Tenant) -> Iterator[Finding]:
    """A source has not answered for five minutes or a permission is gone; nothing that rests on it resolves meanwhile."""
    for source in tenant.sources:
        since = source.failing_since
        if since is None or tenant.now - since < PATIENCE:
            continue
        title, severity = _WHAT.get(source.name, (f"{source.name} cannot be read", Severity.MEDIUM))
        alert = Alert(
            title=title,
            detail="Until it answers again, incidents that rest on it stay as they are, and new ones may be missed.",
            severity=severity,
            key=source.name,
        )
        yield Finding(alert=alert, evidence=Evidence(first_seen=since, facts=(("It said", source.sentence),)))
