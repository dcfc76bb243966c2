"""A rule in KQL that nobody hears of until it is mended: silence about it would look like all being well."""

from __future__ import annotations

from collections.abc import Iterator

from bot.detect import Needs, tenant_rule
from bot.model import Alert, Evidence, Finding, Severity, Tenant


@tenant_rule(needs=Needs.NOTHING, severity=Severity.MEDIUM)
def rule_broken(tenant: Tenant) -> Iterator[Finding]:
    """A rule in KQL cannot be read, or its query fails; what it watched for may be missed until it is mended."""
    for state in tenant.broken_rules:
        kept = "As it was before, it stays in force." if state.in_force else "What it watches for may be missed."
        alert = Alert(
            title=f"The rule {state.name} does not work",
            detail=f"{kept} Its incidents stay as they are until it works again.",
            severity=Severity.MEDIUM,
            key=state.name,
        )
        # A fact knows no bold words, and shows its marks as they are.
        said = ("It said", state.sentence.replace("`", "'"))
        yield Finding(alert=alert, evidence=Evidence(first_seen=state.since, facts=(said,)))
