"""A job does not run because it was stopped: by a person, by Entra for its errors, or by Entra after 28 days."""

from __future__ import annotations

from collections.abc import Iterator

from bot.detect import Needs, rule
from bot.inhibition import SWITCHED_OFF
from bot.memories import state_of
from bot.model import Alert, Evidence, Finding, Severity, Window


@rule(needs=Needs.STATE, severity=Severity.MEDIUM)
def job_paused(window: Window) -> Iterator[Finding]:
    """The job was paused or switched off; one that a person had paused before the bot saw it first is left alone."""
    state, memory = state_of(window.job), window.memory
    if state == "disabled":
        yield _finding(
            window,
            "is switched off",
            "Entra switches a job off after 28 days of quarantine. Repair what is wrong, then start it again.",
            Severity.CRITICAL,
            key=SWITCHED_OFF,
        )
    elif state == "paused" and window.job.escrows_pruned:
        yield _finding(
            window,
            "was paused by Entra after too many errors",
            "An initial cycle had so many errors that Entra threw the list of them away and paused the job. Nobody "
            "pressed stop. Repair the cause of the errors, then restart the job.",
            Severity.HIGH,
        )
    elif state == "paused" and memory is not None and memory.status_since is not None:
        yield _finding(window, "is paused", "Nothing is brought over until somebody starts it.", Severity.MEDIUM)


def _finding(window: Window, what: str, detail: str, severity: Severity, key: str = "") -> Finding:
    memory = window.memory
    by = memory.stopped_by if memory is not None and severity is Severity.MEDIUM else ""
    return Finding(
        alert=Alert(title=f"{window.job.name} {what}", detail=detail, severity=severity, key=key),
        evidence=Evidence(
            first_seen=memory.status_since if memory is not None else None, facts=(("Paused by", by),) if by else ()
        ),
    )
