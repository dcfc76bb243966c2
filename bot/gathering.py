"""Batches put together: a transaction costs the same for a page as for forty, so one that catches up makes fewer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import suppress

from bot.ports import Batch, SourceDown

ENOUGH = 40_000
"""So many rows are folded at once; more would only hold up people's commands."""


async def together(batches: AsyncIterator[Batch], enough: int = ENOUGH) -> AsyncIterator[Batch]:
    """The same rows and cursors in fewer batches. A source that fails half-way loses nothing of what it has shown."""
    held: list[Batch] = []
    down: SourceDown | None = None
    try:
        async for batch in batches:
            held.append(batch)
            if sum(len(each.events) for each in held) >= enough:
                yield _one(held)
                held = []
    except SourceDown as error:
        down = error
    if held:
        yield _one(held)
    if down is not None:
        raise down


async def ahead(batches: AsyncIterator[Batch]) -> AsyncGenerator[Batch]:
    """The same batches, of which the next is read while the last is dealt with: one waits for the wire, one for the disk."""
    coming = asyncio.ensure_future(anext(batches, None))
    try:
        while (batch := await coming) is not None:
            coming = asyncio.ensure_future(anext(batches, None))
            yield batch
    finally:
        coming.cancel()
        # What went wrong further on is of no interest to one who has stopped listening.
        with suppress(asyncio.CancelledError, Exception):
            await coming


def _one(held: Sequence[Batch]) -> Batch:
    """Consecutive batches as one: the last cursor stands for having read them all."""
    return Batch(
        events=tuple(event for batch in held for event in batch.events),
        cursor=held[-1].cursor,
        broken=tuple(row for batch in held for row in batch.broken),
    )
