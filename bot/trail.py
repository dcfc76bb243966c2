"""The audit trail: who asked for what only operators may, and how it ended; denied, cancelled and expired included."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from bot.adapters.store import Transaction
from bot.context import Context
from bot.model import AuditEntry, Job
from bot.own_acts import Act, acts

log = logging.getLogger(__name__)

ASKED = "asked"
CONFIRMED = "confirmed"
CANCELLED = "cancelled"
EXPIRED = "expired"
DONE = "done"
DONE_ON_CALL = "done, being on call"
"""By somebody who is no operator."""
DENIED = "denied"

MOST = 300
MOST_ACTS = 1_000


def entry(ctx: Context, command: str, words: str, outcome: str) -> AuditEntry:
    """What this person did just now; `words` may be somebody's own, so they are cut."""
    return AuditEntry(
        at=ctx.now(),
        person=ctx.person,
        conversation_id=ctx.conversation.id,
        command=command,
        words=words[:MOST],
        outcome=outcome[:MOST],
    )


def told(words: str, names: Mapping[str, str]) -> str:
    """A command's words with names in the place of ids."""
    return " ".join(names.get(word, word) for word in words.split())


async def note(ctx: Context, command: str, words: str, outcome: str) -> bool:
    """Write it down; False where that was not possible, which must not hide what became of the command."""
    try:
        async with ctx.store.begin() as tx:
            await tx.people.record(entry(ctx, command, words, outcome))
    except Exception:
        log.exception("the audit trail could not be written", extra={"command": command, "outcome": outcome})
        return False
    return True


async def own_acts(tx: Transaction, jobs: Mapping[str, Job], since: datetime) -> tuple[Act, ...]:
    """What people had the bot do to jobs since a time, the newest first."""
    return acts(await tx.people.trail(MOST_ACTS, since=since, outcome=CONFIRMED), jobs)
