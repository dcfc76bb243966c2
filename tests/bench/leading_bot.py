"""The bot as it leads and delivers, but for its clock: benchmarks look when they want to. Calls to the logs are not budgeted."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import count
from typing import Any

from aiohttp import ClientSession

from bot.assembly import Bot, assembled, utc_now
from bot.ports import Clock
from bot.settings import Settings


@asynccontextmanager
async def leading_bot(now: Clock = utc_now) -> AsyncGenerator[Bot]:
    """With the settings of the environment; its looks may begin once it leads."""
    hours = count(step=3_600)
    settings = Settings(_env_file=None)  # pyright: ignore[reportCallIssue]
    leads = asyncio.Event()
    async with assembled(settings, now=now, elapsed=lambda: float(next(hours))) as bot, AsyncExitStack() as held:

        @asynccontextmanager
        async def duties() -> AsyncGenerator[None]:
            delivering = asyncio.create_task(bot.delivering.run())
            leads.set()
            try:
                yield
            finally:
                await _ended(delivering)

        held.push_async_callback(_ended, asyncio.create_task(bot.leading.run(duties)))
        await leads.wait()
        yield bot


async def heard(groups: int) -> dict[str, Any]:
    """What the receiver says once it was told of so many groups."""
    url = f"{os.environ['HEARD']}/told"
    async with ClientSession() as client, client.get(url, params={"groups": groups}, timeout=None) as answer:
        return await answer.json()


async def show(events: int) -> None:
    """So many events are visible in the logs from now on."""
    async with ClientSession() as client, client.post(f"{os.environ['HEARD']}/show", params={"events": events}):
        pass


async def warm(bot: Bot, now: Clock = utc_now) -> None:
    """Load the vendors' clients, sign in and connect, as a bot that runs has done long ago; nothing of it is kept."""
    for source in bot.watcher._sources:  # pyright: ignore[reportPrivateUsage]
        async for _ in source.read("", now()):
            pass


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
