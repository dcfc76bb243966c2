"""What is forgotten, once an hour: everything that neither a rule nor a person asks for any more."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.activity import Keep
from bot.adapters.store import Transaction

EVERY = timedelta(hours=1)


async def prune(tx: Transaction, now: datetime, keep: Keep) -> None:
    """Forget what is older than it is kept, and learn anew what is usual from what remains."""
    await tx.ledger.prune(now - keep.cleared)
    await tx.warnings.prune(now - keep.cleared)
    await tx.hours.prune(now, keep.hours)
    await tx.hours.learn(now)
    await tx.people.forget(now - EVERY)
    await tx.audits.prune(now - keep.cleared)
    await tx.arrivals.prune(now - keep.hours)
    await tx.outbox.prune(now - keep.cleared)
    await tx.owing.prune(now - keep.cleared)
    await tx.credentials.keep(await tx.memories.all())
    await tx.alerts.prune(now)
