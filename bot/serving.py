"""Running the bot: its web server, its loops and its clock, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC
from typing import TYPE_CHECKING, Any

from bot.assembly import Bot, assembled, utc_now
from bot.ports import BadSettings, Deposed, StoreDown

if TYPE_CHECKING:
    from bot.settings import Settings

log = logging.getLogger(__name__)

Look = Callable[[], Awaitable[None]]

AFTER_ACTING = (1.0, 3.0, 6.0)
"""Seconds to wait before each look that follows a command."""


async def serve(settings: Settings) -> int:
    """Run the bot until it is told to stop."""
    stop = asyncio.Event()
    _on_signals(stop)
    async with assembled(settings) as bot, AsyncExitStack() as held:
        await _listen(settings, bot, held)
        lead = bot.leading.run(lambda: _duties(settings, bot))
        held.push_async_callback(_ended, asyncio.create_task(lead))
        await stop.wait()
    return 0


@asynccontextmanager
async def _duties(settings: Settings, bot: Bot) -> AsyncGenerator[None]:
    """What one replica does for all of them: watch, and deliver."""
    async with AsyncExitStack() as held:
        for loop in (bot.delivering.run(), _look_when_acted(bot)):
            held.push_async_callback(_ended, asyncio.create_task(loop))
        _wind_up(settings, bot, held)
        yield


async def _listen(settings: Settings, bot: Bot, held: AsyncExitStack) -> None:
    from aiohttp import web

    from bot.web import AccessLog

    runner = web.AppRunner(bot.web, access_log_class=AccessLog, handle_signals=False, shutdown_timeout=5)
    await runner.setup()
    held.push_async_callback(runner.cleanup)
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        reason = error.strerror or str(error)
        raise BadSettings(
            f"The bot cannot listen on HOST {settings.host}, PORT {settings.port}: {reason.lower()}. Choose another PORT."
        ) from None


def _wind_up(settings: Settings, bot: Bot, held: AsyncExitStack) -> None:
    """Set the clock going. APScheduler is only that: it calls, and never calls what is still under way."""
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    defaults = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    clock: Any = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
    start = utc_now()
    clock.add_job(_called(bot.watcher.look_at_jobs), "interval", seconds=settings.jobs_seconds, next_run_time=start)
    clock.add_job(_called(bot.watcher.tick), "interval", seconds=settings.watch_seconds, next_run_time=start)
    clock.start()
    held.callback(clock.shutdown, wait=False)


def _called(look: Look) -> Look:
    """A look that the clock may call: that it is told to stop is no fault."""

    async def once() -> None:
        with suppress(asyncio.CancelledError):
            await _logged(look)

    return once


async def _logged(look: Look) -> None:
    try:
        await look()
    except (Deposed, StoreDown) as error:
        log.warning("a look was not ended: %s", error or "another replica leads")
    except Exception:
        log.exception("a look failed in an unforeseen way")


async def _look_when_acted(bot: Bot) -> None:
    """After a command changed a job, see what became of it sooner than the clock would."""
    while True:
        await bot.acted.wait()
        bot.acted.clear()
        for pause in AFTER_ACTING:
            await asyncio.sleep(pause)
            await _logged(bot.watcher.look_at_jobs)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl-C arrives as KeyboardInterrupt instead
            loop.add_signal_handler(name, stop.set)
