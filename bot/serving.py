"""Running the bot: its web server, its loops and its clock, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from bot.assembly import Bot, assembled, utc_now
from bot.assembly.checking import Checked, check
from bot.listening import Door
from bot.ports import BadSettings, Deposed, StoreDown
from bot.settings import Mistake, Read, in_order, refused

if TYPE_CHECKING:
    from bot.metrics import Metrics
    from bot.settings import Settings

log = logging.getLogger(__name__)

Look = Callable[[], Awaitable[object]]

AFTER_ACTING = (1.0, 3.0, 6.0)
"""Seconds to wait before each look that follows a command."""
RULES_SECONDS = 10
"""Seconds between two looks for rules in KQL that are due."""
DIGESTS_EVERY = 30
"""Seconds between two looks for digests that are due."""
REPORTS_EVERY = 60
"""Seconds between two looks whether something was given up that others are to be told of."""
FIRST_BEAT = timedelta(seconds=5)
"""After the start: by then the logs were looked into once."""
ROUTES_SECONDS = 30
"""Seconds between two looks whether the file of ROUTES has changed."""
TIME_SECONDS = 5
"""Seconds between two looks at what time alone brings about."""
CANCEL_AGAIN = 5.0
"""Seconds after which a loop that was told to end, and has not, is told once more: to end in good order takes less."""
BETWEEN_ALERTS = 1.0
"""Seconds in which alerts gather before they are judged again."""


async def serve(read: Read) -> int:
    """Run the bot until it is told to stop. Raises BadSettings with all that is wrong, and then nothing was stored."""
    stop = asyncio.Event()
    _on_signals(stop)
    async with AsyncExitStack() as held:
        door = Door(read.settings, held)
        known = await _known(read, door)
        bot = await held.enter_async_context(assembled(known))
        await door.open(bot.web)
        lead = bot.leading.run(lambda: _duties(known.settings, bot))
        for loop in (lead, _reread(bot)):
            held.push_async_callback(_ended, asyncio.create_task(loop))
        await stop.wait()
    return 0


async def _known(read: Read, door: Door) -> Checked:
    """The settings with all that they name, the port among it."""
    found = await check(read)
    mistakes = list(found.mistakes)
    if not found.wrong & {"host", "port"}:
        try:
            await door.take()
        except BadSettings as error:
            mistakes.append(Mistake(setting="port", text=str(error)))
    for note in found.notes:
        log.warning("%s", note)
    if mistakes:
        raise refused(in_order(mistakes))
    return found


@asynccontextmanager
async def _duties(settings: Settings, bot: Bot) -> AsyncGenerator[None]:
    """What one replica does for all of them: watch, and deliver."""
    async with AsyncExitStack() as held:
        for loop in (bot.delivering.run(), _look_when_acted(bot), _judge_when_alerted(bot)):
            held.push_async_callback(_ended, asyncio.create_task(loop))
        _wind_up(settings, bot, held)
        yield


def _wind_up(settings: Settings, bot: Bot, held: AsyncExitStack) -> None:
    """Set the clock going. APScheduler is only that: it calls, and never calls what is still under way."""
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    defaults = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    clock: Any = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
    start, under_way = utc_now(), set[asyncio.Task[None]]()
    for name, look, seconds in (
        ("jobs", bot.watcher.look_at_jobs, settings.jobs_seconds),
        ("logs", bot.watcher.tick, settings.watch_seconds),
        ("rules", bot.watcher.look_at_rules, RULES_SECONDS),
        ("digests", bot.digester.post_due, DIGESTS_EVERY),
        ("clock", bot.timekeeper.tick, TIME_SECONDS),
        ("given up", bot.reporter.report, REPORTS_EVERY),
    ):
        clock.add_job(_called(bot.metrics, name, look, under_way), "interval", seconds=seconds, next_run_time=start)
    if bot.heartbeat is not None:
        beat = _called(bot.metrics, "heartbeat", bot.heartbeat.beat, under_way)
        clock.add_job(beat, "interval", seconds=settings.heartbeat_seconds, next_run_time=start + FIRST_BEAT)
    clock.start()
    held.push_async_callback(_wind_down, clock, under_way)


async def _wind_down(clock: Any, under_way: set[asyncio.Task[None]]) -> None:
    """Begin no look any more, and let those under way end in good order: cancelled twice, a connection may hang for ever."""
    clock.pause()
    await asyncio.sleep(0)  # what was called just now has begun then
    while under_way:
        await _ended(under_way.pop())
    clock.shutdown(wait=False)


def _called(metrics: Metrics, name: str, look: Look, under_way: set[asyncio.Task[None]]) -> Look:
    """A look that the clock may call, which is among those under way meanwhile: that it is told to stop is no fault."""

    async def once() -> None:
        task: asyncio.Task[None] | None = asyncio.current_task()
        assert task is not None
        under_way.add(task)
        with suppress(asyncio.CancelledError):
            await _logged(metrics, name, look)
        under_way.discard(task)

    return once


async def _logged(metrics: Metrics, name: str, look: Look) -> None:
    from bot.metered import looking

    try:
        with looking(metrics, name):
            await look()
    except (Deposed, StoreDown) as error:
        log.warning("a look was not ended: %s", str(error) or "another replica leads")
    except Exception:
        log.exception("a look failed in an unforeseen way")


async def _look_when_acted(bot: Bot) -> None:
    """After a command changed a job, see what became of it sooner than the clock would."""
    while True:
        await bot.acted.wait()
        bot.acted.clear()
        for pause in AFTER_ACTING:
            await asyncio.sleep(pause)
            await _logged(bot.metrics, "jobs", bot.watcher.look_at_jobs)


async def _reread(bot: Bot) -> None:
    """Every replica keeps up with its own file of ROUTES: all of them answer chat."""
    while bot.rereading is not None:
        await asyncio.sleep(ROUTES_SECONDS)
        await _logged(bot.metrics, "routes", bot.rereading.look)


async def _judge_when_alerted(bot: Bot) -> None:
    """What Azure Monitor handed in is told at once; many alerts that come together are judged together."""
    while True:
        await bot.alerted.wait()
        bot.alerted.clear()
        await _logged(bot.metrics, "alerts", bot.watcher.judge)
        await asyncio.sleep(BETWEEN_ALERTS)


async def _ended(task: asyncio.Task[None]) -> None:
    # One call to cancel can be lost, where it comes just when what is waited for is there; then it goes on as if nothing were.
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=CANCEL_AGAIN)
    with suppress(asyncio.CancelledError):
        await task


def _on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl-C arrives as KeyboardInterrupt instead
            loop.add_signal_handler(name, stop.set)
