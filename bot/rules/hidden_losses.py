"""Rows that say skipped may hide that members, a manager or people were lost: nobody else tells of them."""

from __future__ import annotations

from collections.abc import Iterator

from bot.causes import advice
from bot.detect import Needs, rule
from bot.ledger import STAGED
from bot.model import Alert, Evidence, Finding, Severity, Window
from bot.titles import in_short


@rule(needs=Needs.LOG, severity=Severity.LOW)
def hidden_losses(window: Window) -> Iterator[Finding]:
    """Members or a manager are lost on the way, or people who are assigned are skipped; nothing seems wrong in the log."""
    for group in window.warnings:
        if group.cause.code == STAGED:
            continue
        known = advice(group.cause.code, group.examples[0].reason if group.examples else "")
        alert = Alert(
            title=f"{window.job.name}: {in_short(group.cause, known)}",
            detail=known.meaning,
            severity=Severity.LOW,
            key=group.cause.key,
            cause=group.cause,
        )
        evidence = Evidence(
            count=group.count, first_seen=group.first_seen, last_seen=group.last_seen, examples=group.examples
        )
        yield Finding(alert=alert, evidence=evidence)
