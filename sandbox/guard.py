"""Keeps the sandbox to this machine: other hosts' names and other sites' pages get nothing."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@web.middleware
async def only_loopback(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a request that names another host (DNS rebinding) or comes from another site's page (`Origin`)."""
    if request.url.host not in LOOPBACK:
        return web.Response(status=421, text="The sandbox answers only as 127.0.0.1 or localhost.\n")
    if request.headers.get("Origin", f"http://{request.host}") != f"http://{request.host}":
        return web.Response(status=403, text="The sandbox does not answer other sites' pages.\n")
    return await handler(request)
