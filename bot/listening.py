"""The port that the bot listens on: taken before anything is stored, answered at once all is ready."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from bot.ports import BadSettings

if TYPE_CHECKING:
    from aiohttp import web

    from bot.settings import Settings

log = logging.getLogger(__name__)

LAST_WORDS = 5
"""Seconds that answers under way have when it ends."""


class Door:
    """HOST and PORT. Whoever knocks between `take` and `open` is refused, as if nobody were there yet."""

    def __init__(self, settings: Settings, held: AsyncExitStack) -> None:
        self._settings, self._held = settings, held
        self._server: asyncio.Server | None = None
        self._runner: web.AppRunner | None = None

    async def take(self) -> None:
        """Raises BadSettings where that cannot be."""
        host, port = self._settings.host, self._settings.port
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(self._protocol, host, port, start_serving=False)
        except UnicodeError:  # a name that is too long, or has two dots in a row, is not even looked up
            raise self._refused(OSError()) from None
        except OSError as error:
            raise self._refused(error) from None
        self._held.callback(self._server.close)

    async def open(self, app: web.Application) -> None:
        """Answer from now on. Raises BadSettings where another has been quicker."""
        from aiohttp import web

        from bot.web import AccessLog

        assert self._server is not None
        self._runner = web.AppRunner(app, access_log_class=AccessLog, handle_signals=False, shutdown_timeout=LAST_WORDS)
        await self._runner.setup()
        self._held.push_async_callback(self._runner.cleanup)
        try:
            await self._server.start_serving()
        except OSError as error:
            raise self._refused(error) from None
        self._held.callback(self._server.close)  # before what is under way is ended, so that nothing new begins
        self._say_where()

    def _protocol(self) -> asyncio.BaseProtocol:
        assert self._runner is not None
        assert self._runner.server is not None
        return self._runner.server()

    def _say_where(self) -> None:
        from bot.web import ALERTS, MESSAGES

        settings = self._settings
        where = {"host": settings.host, "port": settings.port, "messages": MESSAGES}
        if settings.alerts_secret or settings.alerts_audience:
            where["alerts"] = ALERTS
        log.info("listening", extra=where | {"health": "/healthz", "readiness": "/readyz", "metrics": "/metrics"})

    def _refused(self, error: OSError) -> BadSettings:
        # asyncio's own text names the address once more; of a name that is not known it has a number of another kind.
        reason = os.strerror(error.errno).lower() if error.errno and error.errno > 0 else "there is no such host"
        settings = self._settings
        return BadSettings(
            f"The bot cannot listen on HOST {settings.host}, PORT {settings.port}: {reason}. Choose another PORT or HOST."
        )
