"""The store as a leader uses it: what it writes is refused once another leads."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bot.adapters.store.engine import Store
from bot.adapters.store.transaction import Transaction


class Fenced(Store):
    """The same database and the same pool. `epoch` is what this process leads by; None where nobody contends."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.home, most_at_once=store.most_at_once)
        self._writing, self.mark = store._writing, store.mark
        self.epoch: int | None = None

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[Transaction]:
        """As in Store; raises Deposed where another leads."""
        async with super().begin() as tx:
            if self.epoch is not None:
                await tx.lease.check(self.epoch)
            yield tx
