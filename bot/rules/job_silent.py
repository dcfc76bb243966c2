"""A job says that it is active, but no cycle of it comes to an end any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot import changes, memories
from bot.detect import Needs, rule
from bot.model import Alert, Evidence, Finding, Memory, Severity, Window

AT_LEAST = timedelta(minutes=30)
INITIAL = timedelta(hours=24)
"""A change of the job begins an initial cycle, which can take long."""


@rule(needs=Needs.STATE, severity=Severity.HIGH)
def job_silent(window: Window) -> Iterator[Finding]:
    """No cycle for several times as long as is usual for this job; a job that finds nothing to do still runs its cycles."""
    memory = window.memory
    if memory is None or memory.status != "active" or window.job.quarantine is not None:
        return
    usual, last = memories.patience(memory), memory.cycles[-1:]
    if usual is None or memory.last_seen - _since(memory) <= max(usual, AT_LEAST, _grace(window, last[0])):
        return
    alert = Alert(
        title=f"{window.job.name} has gone silent",
        detail="It is active but runs no cycles, so changes in its source are not brought over. "
        "That is not for lack of changes: with nothing to do, cycles run all the same.",
        severity=Severity.HIGH,
    )
    rhythm = memories.cadence(memory) or timedelta()
    yield Finding(alert=alert, evidence=Evidence(first_seen=last[0], facts=(("Usually runs", _every(rhythm)),)))


def _since(memory: Memory) -> datetime:
    # Out of a pause or a quarantine, the next cycle is counted from then on.
    return max(filter(None, (memory.cycles[-1], memory.status_since)))


def _grace(window: Window, last: datetime) -> timedelta:
    return INITIAL if any(changes.is_change(event) and event.at >= last for event in window.audits) else timedelta()


def _every(rhythm: timedelta) -> str:
    minutes = max(1, round(rhythm.total_seconds() / 60))
    return f"every {minutes} min" if minutes < 120 else f"every {round(minutes / 60)} h"
