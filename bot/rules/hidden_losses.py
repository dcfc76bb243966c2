"""Rows that say skipped may hide that members or a manager were lost: nobody else tells of them."""

from __future__ import annotations

from collections.abc import Iterator

from bot.causes import advice
from bot.detect import Needs, rule
from bot.ledger import STAGED
from bot.model import Alert, Evidence, Finding, Severity, Window


@rule(needs=Needs.LOG, severity=Severity.LOW)
def hidden_losses(window: Window) -> Iterator[Finding]:
    """Objects come over without some of their members or their manager: the log says skipped, so nothing seems wrong."""
    for group in window.warnings:
        if group.cause.code == STAGED:
            continue
        reason = group.examples[0].reason if group.examples else ""
        alert = Alert(
            title=f"{window.job.name}: references are lost",
            detail=advice(group.cause.code, reason).meaning,
            severity=Severity.LOW,
            key=group.cause.key,
            cause=group.cause,
        )
        evidence = Evidence(
            count=group.count, first_seen=group.first_seen, last_seen=group.last_seen, examples=group.examples
        )
        yield Finding(alert=alert, evidence=evidence)
