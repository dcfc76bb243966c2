"""The credentials that are saved for a job are no longer good, which its next cycle will find out too."""

from __future__ import annotations

from collections.abc import Iterator

from bot.detect import Needs, rule
from bot.model import Alert, Evidence, Finding, Severity, Window


@rule(needs=Needs.DIRECTORY, severity=Severity.HIGH)
def credential_invalid(window: Window) -> Iterator[Finding]:
    """The job's saved credentials were tried and refused, before a cycle of it ran into that."""
    check, job = window.credentials, window.job
    if check is None or not check.fault or check.since is None:
        return
    stay = job.quarantine.current_began if job.quarantine is not None else None
    if stay is not None and stay <= check.since:
        return  # The quarantine was first, and says it all.
    succeeded = job.last_success.ended if job.last_success is not None else None
    if succeeded is not None and succeeded > check.at:
        return  # A cycle got through since: the refusal was wrong, or is over.
    yield Finding(
        alert=Alert(
            title=f"The saved credentials of {job.name} are refused",
            detail="The job goes into quarantine at its next cycle. Save new credentials and test the connection.",
            severity=Severity.HIGH,
        ),
        evidence=Evidence(first_seen=check.since, facts=(("It said", check.fault),)),
    )
