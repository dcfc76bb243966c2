"""Values from Active Directory that Entra did not take over, because another object holds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.detect import Needs, tenant_rule
from bot.model import Alert, Evidence, Finding, Severity, SyncConflict, Tenant

SHOWN = 8


@tenant_rule(needs=Needs.DIRSYNC, severity=Severity.MEDIUM)
def dirsync_conflict(tenant: Tenant) -> Iterator[Finding]:
    """A user, group or contact was synchronized without a value that another object holds; its card names both owners."""
    found: dict[tuple[str, str], list[SyncConflict]] = {}
    for each in tenant.sync.conflicts if tenant.sync else ():
        found.setdefault((each.category, each.attribute), []).append(each)
    for (category, attribute), conflicts in sorted(found.items()):
        yield _finding(category, attribute, sorted(conflicts, key=lambda each: (each.value, each.id)))


def _finding(category: str, attribute: str, conflicts: Sequence[SyncConflict]) -> Finding:
    what = "Two objects want the same" if category == "PropertyConflict" else f"{category}:"
    alert = Alert(
        title=f"{what} {attribute}",
        detail="Entra keeps it on the one that had it first; the other was synchronized without. "
        "Take it from one of the two in Active Directory; the next sync then clears this.",
        severity=Severity.MEDIUM,
        key=f"{category}/{attribute}",
    )
    since = min((each.since for each in conflicts if each.since), default=None)
    facts = [(each.value, _told(each)) for each in conflicts[:SHOWN]]
    if len(conflicts) > SHOWN:
        facts.append(("And", f"{len(conflicts) - SHOWN:,} more; the command directory counts them all"))
    return Finding(alert=alert, evidence=Evidence(count=len(conflicts), first_seen=since, facts=tuple(facts)))


def _told(conflict: SyncConflict) -> str:
    holders = " and ".join(conflict.owners) or "an object that was not found (a deleted one may hold it, too)"
    return f"wanted by {conflict.name} ({conflict.kind}), held by {holders}"
