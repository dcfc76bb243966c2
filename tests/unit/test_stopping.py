"""Whoever is told to stop stops, whatever comes at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import pytest

from bot.delivering import Delivering
from bot.outbox import Deliverer, Look


class Idle:
    """Stands for a deliverer with nothing to do."""

    crowded = False

    def __init__(self) -> None:
        self.stopped = False

    async def look(self, ended: Callable[[], None]) -> Look:
        return Look()

    async def stop(self) -> None:
        self.stopped = True


@pytest.mark.parametrize("turns", range(4))
async def test_delivering_ends_when_it_is_told_to_just_as_something_comes(turns: int) -> None:
    idle = Idle()
    delivering = Delivering(cast("Deliverer", idle))
    running = asyncio.create_task(delivering.run())
    for _ in range(5):
        await asyncio.sleep(0)  # until it waits
    delivering.wake()
    for _ in range(turns):
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait([running], timeout=20)
    assert running.done()
    assert idle.stopped
