"""A bot that is killed at a step of its own: a process looks once, delivers once, and dies by SIGKILL at step N.

Steps are every commit (before and after), every call to Teams (before and after), every answer of a source.
`python -m tests.support.dying` serves orders from standard input: the number of a step (0 for none), and how many
seconds its clock is ahead. It answers with the exit status and the steps that were counted. It lives the first life,
which nothing may end, itself; every other is a fork, for which all is imported and compiled already.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import os
import signal
import sys
import traceback
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, NoReturn, cast

from bot.adapters.store import Transaction
from bot.assembly import Bot, assembled, utc_now
from bot.model import Conversation
from bot.ports import Batch, Source
from bot.settings import Settings, load


class Steps:
    """Counts, and kills at the one that was asked for."""

    def __init__(self, fatal: int) -> None:
        self.count = 0
        self._fatal = fatal

    def __call__(self) -> None:
        self.count += 1
        if self.count == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)


class Dying:
    """Any port, with a step before and after each of its calls."""

    def __init__(self, inner: Any, step: Steps) -> None:
        self._inner = inner
        self._step = step

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._inner, name)
        if not inspect.iscoroutinefunction(verb):
            return verb

        async def stepped(*words: Any, **more: Any) -> Any:
            self._step()
            answer = await verb(*words, **more)
            self._step()
            return answer

        return stepped


class DyingSource:
    """A source with a step before each batch is handed over and after it was taken."""

    def __init__(self, inner: Source, step: Steps) -> None:
        self.name = inner.name
        self._inner = inner
        self._step = step

    async def read(self, cursor: str, now: datetime) -> AsyncIterator[Batch]:
        async for batch in self._inner.read(cursor, now):
            self._step()
            yield batch
            self._step()


class DyingStore(Dying):
    """A store with a step before and after each commit."""

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[Transaction]:
        async with self._inner.begin() as tx:
            yield tx
            self._step()
        self._step()


def fitted(bot: Bot, step: Steps) -> None:
    """Put the steps between the pieces."""
    store: Any = DyingStore(bot.store, step)
    watcher, deliverer = vars(bot.watcher), vars(bot.deliverer)
    watcher["_store"] = deliverer["_store"] = store
    watcher["_jobs"] = Dying(watcher["_jobs"], step)
    watcher["_sources"] = [DyingSource(source, step) for source in watcher["_sources"]]
    sender: Any = deliverer["_sender"]
    inner = cast("Callable[[Conversation], Any]", vars(sender)["_receivers"])
    speaking: dict[Any, Any] = {}

    def receivers(conversation: Conversation) -> Any:
        found = inner(conversation)
        return speaking.setdefault(found, Dying(found, step))

    vars(sender)["_receivers"] = receivers


async def live(settings: Settings, fatal: int, ahead: float) -> int:
    """Look and deliver until nothing is due; how many steps it took."""
    step = Steps(fatal)
    async with assembled(settings, now=lambda: utc_now() + timedelta(seconds=ahead)) as bot:
        fitted(bot, step)
        await bot.watcher.look_at_jobs()
        await bot.watcher.tick()
        while await bot.deliverer.deliver():
            pass
    return step.count


def serve() -> None:
    """Obey until standard input ends."""
    settings = load(None)
    for number, order in enumerate(sys.stdin):
        fatal, ahead = int(order.split()[0]), float(order.split()[1])
        if number or fatal:
            status, steps = _forked(settings, fatal, ahead)
        else:
            status, steps = 0, asyncio.run(live(settings, 0, ahead))
            # What is here stays: a fork that collects garbage would copy all of it.
            gc.collect()
            gc.freeze()
        print(status, steps, flush=True)


def _forked(settings: Settings, fatal: int, ahead: float) -> tuple[int, int]:
    """Another life: how it ended, and the steps that it came to tell of."""
    said, says = os.pipe()
    child = os.fork()
    if child == 0:
        _obey(settings, says, fatal, ahead)
    os.close(says)
    with os.fdopen(said) as answer:
        steps = int(answer.read() or 0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), steps


def _obey(settings: Settings, says: int, fatal: int, ahead: float) -> NoReturn:
    try:
        os.write(says, str(asyncio.run(live(settings, fatal, ahead))).encode())
        os._exit(0)
    finally:
        traceback.print_exc()
        os._exit(1)


if __name__ == "__main__":
    serve()
