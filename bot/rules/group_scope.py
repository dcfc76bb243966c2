"""A group in the scope of jobs is gone, lost all its members, or goes by another name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.detect import Needs, tenant_rule
from bot.model import Alert, Evidence, Finding, ScopedGroup, Severity, Tenant
from bot.scopes import EMPTY, MISSING, RENAMED

_HOW: Mapping[str, tuple[str, str, Severity]] = {
    MISSING: (
        "is gone",
        "The group was deleted. People who were in a job's scope through it leave the scope, and lose their access.",
        Severity.HIGH,
    ),
    EMPTY: (
        "has no members any more",
        "People who were in a job's scope through the group leave the scope, and lose their access.",
        Severity.MEDIUM,
    ),
    RENAMED: (
        "has another name",
        "Nothing changes for who is in scope; filters and mappings that go by the name do not match any more.",
        Severity.LOW,
    ),
}


@tenant_rule(needs=Needs.DIRECTORY, severity=Severity.MEDIUM)
def group_scope(tenant: Tenant) -> Iterator[Finding]:
    """A group that is assigned to a job's application, or that its filters name, was deleted, emptied or renamed."""
    names = {job.id: job.name for job in tenant.jobs}
    found: dict[tuple[str, str], list[tuple[str, ScopedGroup]]] = {}
    for job_id, groups in sorted(tenant.scopes):
        for group in groups:
            if group.trouble in _HOW:
                found.setdefault((group.id, group.trouble), []).append((names.get(job_id, job_id), group))
    for places in found.values():
        yield _finding([job for job, _ in places], [group for _, group in places])


def _finding(jobs: Sequence[str], groups: Sequence[ScopedGroup]) -> Finding:
    group = groups[0]
    what, detail, severity = _HOW[group.trouble]
    alert = Alert(
        title=f"Group {group.name} {what}", detail=detail, severity=severity, key=f"{group.id}/{group.trouble}"
    )
    named = (("Now named", group.now_named),) if group.trouble == RENAMED else ()
    facts = (("In the scope of", ", ".join(dict.fromkeys(jobs))), *named, ("Group id", group.id))
    since = min((each.since for each in groups if each.since is not None), default=None)
    return Finding(alert=alert, evidence=Evidence(first_seen=since, facts=facts))
