"""A job that was there is not found any more: what it kept in sync is kept in sync by nobody."""

from __future__ import annotations

from collections.abc import Iterator

from bot.detect import Needs, tenant_rule
from bot.memories import MISSING_AFTER
from bot.model import Alert, Evidence, Finding, Memory, Severity, Tenant


@tenant_rule(needs=Needs.STATE, severity=Severity.HIGH)
def job_missing(tenant: Tenant) -> Iterator[Finding]:
    """A job has been gone for half an hour; told until it is there again, for a week at most."""
    there = {job.id for job in tenant.jobs}
    for memory in tenant.memories:
        gone = memory.gone_since
        if gone is not None and memory.job_id not in there and tenant.now - gone >= MISSING_AFTER:
            yield _finding(memory)


def _finding(memory: Memory) -> Finding:
    why = (
        "Its job was deleted, or its application was removed: Graph says that there is no such job."
        if memory.deleted
        else "Its job was deleted, its application was removed, or the bot may not read it any more."
    )
    alert = Alert(
        title=f"{memory.name or memory.job_id} is gone",
        detail=f"{why} What it brought over stays where it is and gets no changes.",
        severity=Severity.HIGH,
        job_id=memory.job_id,
        job_name=memory.name,
    )
    by = (("Deleted by", memory.stopped_by),) if memory.stopped_by else ()
    return Finding(alert=alert, evidence=Evidence(first_seen=memory.gone_since, facts=by))
