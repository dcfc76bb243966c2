"""The door for Azure Monitor's action groups: who knocks, what they bring, and only when it is kept, thanks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.adapters.azure_monitor.auth import Secret, Tokens, Unauthorized
from bot.adapters.azure_monitor.reading import read
from bot.adapters.azure_monitor.wire import WrongSchema
from bot.model import AzureAlert
from bot.ports import Clock

log = logging.getLogger(__name__)

LARGEST = 1024 * 1024
"""Bytes of an alert. Azure Monitor itself stops at 256 KB."""
PATIENCE = 8.0
"""Seconds that a body may take to arrive. An action group waits 10 for the answer."""

Keep = Callable[[AzureAlert], Awaitable[bool]]
"""Keeps an alert for good; whether it told anything new."""


class AlertDoor:
    """Answers POST /api/alerts and /api/alerts/SECRET. What is answered with 202 is kept, whatever happens then.

    An action group tries again only after 408, 429, 503 and 504, so what is our fault is a 503.
    """

    def __init__(self, *, secret: Secret, tokens: Tokens, keep: Keep, now: Clock, patience: float = PATIENCE) -> None:
        self._secret, self._tokens = secret, tokens
        self._keep, self._now, self._patience = keep, now, patience

    async def receive(self, request: web.Request) -> web.Response:
        """Answer one delivery."""
        try:
            await self._admit(request)
            body = await self._body(request)
            alert = read(body, self._now())
        except Unauthorized as error:
            log.warning("alert refused: %s", error)
            return _answer(503 if error.later else 401, str(error))
        except WrongSchema as error:
            log.warning("alert not understood")
            return _answer(400, str(error))
        except _Refused as error:
            log.warning("alert refused: %s", error)
            return _answer(error.status, str(error))
        return await self._kept(alert)

    async def _admit(self, request: web.Request) -> None:
        given = request.match_info.get("secret")
        if given is not None:
            self._secret.check(given)
        else:
            await self._tokens.check(request.headers.get("Authorization", ""))

    async def _body(self, request: web.Request) -> bytes:
        """The body, as far as it may be large and late."""
        if (request.content_length or 0) > LARGEST:
            raise _Refused(413, _TOO_LARGE)
        body = bytearray()
        try:
            async with asyncio.timeout(self._patience):
                async for part in request.content.iter_any():
                    body += part
                    if len(body) > LARGEST:
                        raise _Refused(413, _TOO_LARGE)
        except TimeoutError:
            raise _Refused(408, f"The body did not arrive within {self._patience:g} seconds; send it again.") from None
        except (web.RequestPayloadError, ConnectionError):
            raise _Refused(400, "The body cannot be read.") from None
        return bytes(body)

    async def _kept(self, alert: AzureAlert) -> web.Response:
        try:
            new = await self._keep(alert)
        except Exception:
            log.exception("an alert could not be kept")
            return _answer(503, "The alert could not be kept; send it again.")
        log.info("alert", extra={"open": alert.fired_at is not None, "new": new})
        return web.json_response({"status": "kept" if new else "known"}, status=202)


class _Refused(Exception):
    """A request that is answered with a status and a sentence."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


_TOO_LARGE = f"An alert may have {LARGEST // 1024} KB at most; Azure Monitor's own have 256."


def _answer(status: int, words: str) -> web.Response:
    return web.json_response({"error": words}, status=status)
