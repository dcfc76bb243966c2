"""The logs have two homes, and one lacks what the other has: an export that has stopped shows nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.detect import Needs, tenant_rule
from bot.model import Alert, Evidence, Finding, Severity, Tenant

NAMES: Mapping[str, str] = {"archive": "the archive of Graph's log", "log_analytics": "Log Analytics"}
ADVICE: Mapping[str, str] = {
    "archive": "Graph's log is read late, or was not read for a while; its sweeps catch up by themselves.",
    "log_analytics": "Look at the diagnostic settings of Entra ID that export it, and at the workspace's daily cap.",
}


@tenant_rule(needs=Needs.HOMES, severity=Severity.HIGH)
def logs_differ(tenant: Tenant) -> Iterator[Finding]:
    """One home of the logs lacks rows that the other has, over hours that should long be complete."""
    for gap in tenant.gaps or ():
        name, other = NAMES.get(gap.home, gap.home), NAMES.get(gap.other, gap.other)
        alert = Alert(
            title=f"{gap.table} lacks rows in {name}",
            detail=f"For the same hours {other} has more. What a rule looks for may be among them. "
            f"{ADVICE.get(gap.home, '')}".strip(),
            severity=Severity.HIGH,
            key=f"{gap.home}/{gap.table}",
        )
        facts = (("Rows here", f"{gap.rows:,}"), ("Rows there", f"{gap.others:,}"))
        yield Finding(alert=alert, evidence=Evidence(facts=facts))
