"""Jobs that exist no more: Graph is asked for each by itself, and what was open about them is over then.

That a job is not in the list proves nothing: the list may be incomplete (a discovery that failed in part, a refusal for
one service principal), and nothing may resolve by a fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from datetime import datetime

from msgspec.structs import replace

from bot.adapters.store import Transaction
from bot.ledger import Folded, fold_all
from bot.memories import MISSING_AFTER
from bot.model import Job, Memory
from bot.ports import Jobs, SourceDown


def doubtful(memories: Iterable[Memory], now: datetime) -> list[Job]:
    """Jobs that have been gone for long enough, and of which nobody has said yet that they do not exist."""
    return [
        Job(id=memory.job_id, service_principal=memory.service_principal, name=memory.name)
        for memory in memories
        if memory.gone_since is not None and not memory.deleted and now - memory.gone_since >= MISSING_AFTER
    ]


async def ask(jobs: Jobs, memories: Iterable[Memory], now: datetime) -> Set[str]:
    """Ids of those that do not exist; none where that could not be found out."""
    if not (asked := doubtful(memories, now)):
        return set()
    try:
        return await jobs.gone(asked)
    except SourceDown:
        return set()


def mark(memories: Mapping[str, Memory], gone: Set[str]) -> dict[str, Memory]:
    """The memories, with what was found out about jobs that are still not there."""
    return {
        job_id: replace(memory, deleted=True) if job_id in gone and memory.gone_since is not None else memory
        for job_id, memory in memories.items()
    }


def deleted(memories: Mapping[str, Memory]) -> frozenset[str]:
    """Ids of the jobs that are known not to exist."""
    return frozenset(job_id for job_id, memory in memories.items() if memory.deleted)


async def close(tx: Transaction, job_ids: Set[str], now: datetime) -> None:
    """End what is open in the ledger about those jobs: what is brought over by nobody does not fail.

    A row that comes later about an earlier time opens nothing again; should the job come back, a newer failure does.
    """
    for table in (tx.ledger, tx.warnings):
        if entries := await table.open_of(job_ids):
            ended = dict.fromkeys(entries, now)
            await table.save(fold_all(entries, Folded(failed={}, well=ended), {}))
            await tx.ledger.save_well(ended)
