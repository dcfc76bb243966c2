"""A job says that it is active, but no cycle of it comes to an end any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot import changes, memories
from bot.detect import Needs, rule
from bot.model import Alert, Evidence, Finding, Job, Memory, Severity, Window

AT_LEAST = timedelta(minutes=30)
INITIAL = timedelta(hours=24)
"""A change of the job begins an initial cycle, which can take long."""


@rule(needs=Needs.STATE, severity=Severity.HIGH)
def job_silent(window: Window) -> Iterator[Finding]:
    """No cycle, nor progress of a long one, for several times as long as is usual; with nothing to do, cycles run too."""
    memory = window.memory
    if memory is None or memory.status != "active" or window.job.quarantine is not None:
        return
    usual, last = memories.patience(memory), memory.cycles[-1:]
    if usual is None or memory.last_seen - _since(window.job, memory) <= max(usual, AT_LEAST, _grace(window, last[0])):
        return
    alert = Alert(
        title=f"{window.job.name} has gone silent",
        detail="It is active but runs no cycles, so changes in its source are not brought over. "
        "That is not for lack of changes: with nothing to do, cycles run all the same.",
        severity=Severity.HIGH,
    )
    rhythm = memories.cadence(memory) or timedelta()
    facts = (("Usually runs", _every(rhythm)), *_got_as_far_as(window.job, last[0]))
    yield Finding(alert=alert, evidence=Evidence(first_seen=last[0], facts=facts))


def _since(job: Job, memory: Memory) -> datetime:
    # Out of a pause or a quarantine, the next cycle is counted from then on. An initial cycle can take days, and only
    # its progress tells that it runs: Graph shows a cycle when it has ended.
    progress = job.progress.at if job.progress is not None else None
    return max(filter(None, (memory.cycles[-1], memory.status_since, progress)))


def _got_as_far_as(job: Job, last: datetime) -> tuple[tuple[str, str], ...]:
    found = job.progress
    if found is None or found.at <= last or not found.total:
        return ()
    return (
        (
            "Got as far as",
            f"{found.done:,} of {found.total:,} pages of an initial cycle, at {found.at:%d %b %H:%M} UTC",
        ),
    )


def _grace(window: Window, last: datetime) -> timedelta:
    return INITIAL if any(changes.is_change(event) and event.at >= last for event in window.audits) else timedelta()


def _every(rhythm: timedelta) -> str:
    minutes = max(1, round(rhythm.total_seconds() / 60))
    return f"every {minutes} min" if minutes < 120 else f"every {round(minutes / 60)} h"
