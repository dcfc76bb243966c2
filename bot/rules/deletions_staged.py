"""The threshold for accidental deletions was hit: nothing is deleted until somebody decides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from msgspec.structs import replace

from bot.detect import Needs, rule
from bot.ledger import STAGED
from bot.memories import state_of
from bot.model import Alert, Evidence, Failing, Finding, Quarantine, Severity, Window

BEFORE = timedelta(hours=2)
"""Rows of the cycle that hit the threshold are older than the quarantine that followed it."""


@rule(needs=Needs.STATE, severity=Severity.CRITICAL)
def deletions_staged(window: Window) -> Iterator[Finding]:
    """So many deletions came at once that the job holds them back and waits for a decision."""
    found = window.job.quarantine
    if found is None or "toomanydeletes" not in f"{found.reason} {found.error_code}".lower():
        return
    alert = Alert(
        title=f"{window.job.name} holds back very many deletions",
        detail="If the deletions are wanted, restart with force-deletes; if not, repair the "
        "scope or the source first, then restart.",
        severity=Severity.CRITICAL,
    )
    yield Finding(alert=alert, evidence=_evidence(window, found))


def _evidence(window: Window, found: Quarantine) -> Evidence:
    staged = [group for group in window.warnings if group.cause.code == STAGED and _belongs(group, found)]
    return Evidence(
        quarantine=replace(found, switched_off=state_of(window.job) == "disabled"),
        count=sum(group.count for group in staged),
        first_seen=found.current_began,
        examples=tuple(failure for group in staged for failure in group.examples),
    )


def _belongs(group: Failing, found: Quarantine) -> bool:
    return found.current_began is None or group.last_seen >= found.current_began - BEFORE
