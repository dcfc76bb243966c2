"""Reads the file of ROUTES again when it changes; one with mistakes leaves everything as it was, and is told of."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from bot.adapters.store import Store
from bot.model.routes import Arranged
from bot.ports import BadSettings, Clock
from bot.routes import Routes

log = logging.getLogger(__name__)

Mark = tuple[int, ...]


class Rereading:
    """Looks whether the file has changed. `read` says what is in it, `use` tells the ways out of it before it is in
    force, and whether one of them is new; both may raise BadSettings, ValueError and OSError, and neither is called on
    the loop, for both read files. `wake` is called where there may be something to deliver.
    """

    def __init__(
        self,
        path: Path,
        routes: Routes,
        *,
        read: Callable[[], Arranged],
        use: Callable[[Arranged], bool],
        store: Store,
        now: Clock,
        wake: Callable[[], None],
    ) -> None:
        self._path, self._routes, self._read, self._use = path, routes, read, use
        self._store, self._now, self._wake = store, now, wake
        self._mark: Mark = ()
        self._used: Mark = ()
        self._unsettled = False

    async def look(self) -> None:
        """One look at the file. Raises StoreDown; what was read is in force by then, and is settled with the next look."""
        mark = await asyncio.to_thread(_mark, self._path)
        # What is wrong may be mended elsewhere: a secret that is there now, a rule of one's own.
        if mark != self._mark or self._routes.problem:
            await self._again(mark)
        if self._unsettled:
            async with self._store.begin() as tx:
                await self._routes.settle(tx, self._now())
            self._unsettled = False
            self._wake()

    async def _again(self, mark: Mark) -> None:
        try:
            found = await asyncio.to_thread(self._read)
            if await asyncio.to_thread(_mark, self._path) != mark:
                return  # it is just being written
            new = await asyncio.to_thread(self._use, found)
        except (BadSettings, ValueError, OSError) as error:
            self._say(str(error))
        else:
            self._say("")
            # What a webhook refused for a wrong secret is worth another try with another one; and whoever saves the file
            # as it was has the webhooks and addresses opened again that were closed.
            if new or found != self._routes.arranged or self._saved(mark):
                self._routes.arranged, self._unsettled = found, True
                log.info("the file of ROUTES was read again", extra={"routes": len(found.routes)})
            self._used = mark
        self._mark = mark

    def _saved(self, mark: Mark) -> bool:
        """Whether this is another file than the one in force, whatever is in it; with the first look nobody can tell."""
        return mark != self._used and self._mark != ()

    def _say(self, problem: str) -> None:
        """Tell of a problem once, and of its end."""
        if problem != self._routes.problem:
            said = " ".join(problem.split())
            log.error("what was arranged before stays in force. %s", said) if problem else log.info("ROUTES is mended")
        self._routes.problem = problem


def _mark(path: Path) -> Mark:
    """What changes with the file; a link counts as what it leads to."""
    try:
        about = path.stat()
    except OSError as error:
        return (error.errno or 0,)
    # Whoever copies a file with its times keeps the first of them, and never the second.
    return about.st_mtime_ns, about.st_ctime_ns, about.st_size, about.st_ino
