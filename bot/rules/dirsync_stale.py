"""The tenant was not synchronized with Active Directory for hours: joiners, leavers and passwords do not get through."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.detect import Needs, tenant_rule
from bot.model import Alert, Evidence, Finding, Severity, Tenant

WORSE = ((8, Severity.CRITICAL), (4, Severity.HIGH), (1, Severity.MEDIUM))
"""From so many times the patience on."""


@tenant_rule(needs=Needs.DIRSYNC, severity=Severity.HIGH)
def dirsync_stale(tenant: Tenant) -> Iterator[Finding]:
    """Active Directory was not synchronized for DIRSYNC_HOURS; worse after four and eight times as long. Its passwords as well."""
    sync = tenant.sync
    if sync is None or not sync.enabled or not sync.patience:
        return
    patience = timedelta(hours=sync.patience)
    looked = (("", "The directory", sync.synced_at), ("passwords", "Password hashes", sync.passwords_at))
    found = [each for each in looked if each[2] is not None and tenant.now - each[2] >= patience]
    # Where nothing comes over, passwords do not either: that is one trouble.
    for key, what, at in found[:1]:
        if at is not None:
            yield _finding(key, what, at, tenant.now, patience)


def _finding(key: str, what: str, at: datetime, now: datetime, patience: timedelta) -> Finding:
    times, severity = next((times, severity) for times, severity in WORSE if now - at >= times * patience)
    hours = times * patience / timedelta(hours=1)
    lost = "Changed passwords do not work in the cloud" if key else "Joiners, leavers and changes do not get through"
    alert = Alert(
        title=f"{what} {'have' if key else 'has'} not been synchronized for hours",
        detail=f"Nothing has come from Active Directory for {hours:g} hours or more; usual are 30 minutes. {lost}.",
        severity=severity,
        key=key,
    )
    facts = (
        ("Last sync", f"{at:%d %b %Y %H:%M} UTC"),
        (
            "Look at",
            "the sync server (Connect Sync: service, scheduler, staging mode) or the provisioning agents (Cloud Sync)",
        ),
    )
    return Finding(alert=alert, evidence=Evidence(first_seen=at, facts=facts))
