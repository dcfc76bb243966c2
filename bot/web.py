"""The bot's HTTP face: Teams' endpoint, the two questions that an orchestrator asks, and what Prometheus collects."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import unquote

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

log = logging.getLogger(__name__)

TEXT = "text/plain; version=0.0.4; charset=utf-8"
"""What Prometheus knows its text format by."""

LARGEST = 256 * 1024
"""Bytes that the body of a request may have."""

MESSAGES, ALERTS = "/api/messages", "/api/alerts"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Problems = Callable[[], list[str]]
Measured = Callable[[], Awaitable[bytes]]


def application(
    *,
    receive: Handler,
    problems: Problems,
    role: Callable[[], str] = lambda: "leader",
    about: str = "",
    alerts: Handler | None = None,
    measured: Measured | None = None,
) -> web.Application:
    """`receive` answers Teams, `alerts` Azure Monitor; `problems` says, in sentences, what keeps the bot from being ready.

    `role` is "leader" where this replica watches and delivers, "follower" where another does. `about` is the page that
    the app package names as website, privacy statement and terms of use; `measured` gives the metrics in Prometheus'
    text format.
    """

    async def alive(request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def ready(request: web.Request) -> web.Response:
        if found := problems():
            return web.json_response({"status": "not ready", "role": role(), "problems": found}, status=503)
        return web.json_response({"status": "ready", "role": role()})

    async def tell(request: web.Request) -> web.Response:
        return web.Response(text=about)

    async def metrics(request: web.Request) -> web.Response:
        if measured is None:
            raise web.HTTPNotFound
        return web.Response(body=await measured(), headers={"Content-Type": TEXT})

    app = web.Application(client_max_size=LARGEST, middlewares=[_faults])
    app.on_response_prepare.append(_no_banner)
    app.router.add_post(MESSAGES, receive)
    if alerts is not None:
        app.router.add_post(ALERTS, alerts)
        app.router.add_post(ALERTS + "/{secret}", alerts)
    app.router.add_get("/about", tell)
    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", metrics)
    return app


@web.middleware
async def _faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever goes wrong is a short JSON text; what is our fault has a reference that the log has too."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        return web.json_response({"error": error.reason}, status=error.status, headers=headers)
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("fault", extra={"reference": reference, "path": without_secret(request.path)})
        return web.json_response({"error": "Something went wrong here.", "reference": reference}, status=500)


async def _no_banner(request: web.Request, response: web.StreamResponse) -> None:
    """Strangers need not know which versions run here."""
    response.headers.popall("Server", None)


def without_secret(path: str) -> str:
    """A path as it may be logged: behind that of the alerts stands a secret, and in a misspelt one it may stand anywhere."""
    if path in (MESSAGES, ALERTS) or "api" not in unquote(unquote(path)).lower():
        return path
    return f"{ALERTS}/…" if path.startswith(f"{ALERTS}/") else "/api/…"


class AccessLog(AbstractAccessLogger):
    """A line a request: what was asked and how it ended; no headers, no query, no body."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        fields = {
            "method": request.method,
            "path": without_secret(request.rel_url.raw_path)[:200],
            "status": response.status,
            "ms": round(time * 1000, 1),
        }
        self.logger.info("request", extra=fields)

    @property
    def enabled(self) -> bool:
        return self.logger.isEnabledFor(logging.INFO)
