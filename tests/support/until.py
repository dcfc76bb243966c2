"""Waiting for what other processes bring about, which no event of ours can tell."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

PAUSE = 0.05


async def until(true: Callable[[], Awaitable[bool]], *, seconds: float = 40) -> bool:
    """Ask again and again; whether it became true in time."""
    try:
        async with asyncio.timeout(seconds):
            while not await true():  # noqa: ASYNC110 (other processes set no event of ours)
                await asyncio.sleep(PAUSE)
    except TimeoutError:
        return False
    return True
