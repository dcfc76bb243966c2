"""Receivers of webhooks that remember, each on a real socket: a plain one, which the others build on, and one like PagerDuty.

What goes wrong next is told in `next`: another status, a page instead of JSON, or an answer that is lost.
"""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

Json = dict[str, Any]
PAGE = b"<html>Your instance is asleep.</html>"


@dataclass(kw_only=True)
class Upset:
    """`status` is answered instead of the work's own, with `body`, after the work where it `works` all the same.

    `lost` hangs up after the work, `hangs` does not answer until the server stops.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b"SECRET-IN-THE-ANSWER"
    works: bool = False
    lost: bool = False
    hangs: bool = False


@dataclass(kw_only=True)
class Heard:
    """One call as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        return json.loads(self.body)


class Server:
    """What they have in common: every call is kept, and may be upset."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.next: list[Upset] = []
        self.let_go = asyncio.Event()
        app = web.Application(client_max_size=2**20)
        app.router.add_route("*", "/{rest:.*}", self._answer)
        self._server = TestServer(app)

    @property
    def url(self) -> str:
        return str(self._server.make_url("")).rstrip("/")

    async def work(self, call: Heard) -> web.Response:
        """What it does when nothing upsets it."""
        return web.Response(status=200, body=b"thanks")

    async def stop(self) -> None:
        """Nobody listens there any more."""
        self.let_go.set()
        await self._server.close()

    @asynccontextmanager
    async def running(self, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Server]:
        await self._server.start_server(ssl=tls)
        try:
            yield self
        finally:
            await self.stop()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        call = Heard(
            method=request.method,
            path=request.path,
            query=dict(request.query),
            headers=request.headers.copy(),
            body=await request.read(),
        )
        self.heard.append(call)
        upset = self.next.pop(0) if self.next else Upset(works=True)
        done = await self.work(call) if upset.works or upset.lost or upset.hangs else web.Response()
        if upset.lost and request.transport is not None:
            request.transport.close()
        if upset.hangs:
            await self.let_go.wait()
        if upset.status:
            return web.Response(status=upset.status, headers=dict(upset.headers), body=upset.body)
        return done


class PagerDutyLike(Server):
    """Events v2: `alerts` is the state of each key, `pages` how often somebody was called out of bed."""

    def __init__(self, routing_key: str) -> None:
        super().__init__()
        self.routing_key = routing_key
        self.alerts: dict[str, str] = {}
        self.events: list[Json] = []
        self.pages = 0

    async def work(self, call: Heard) -> web.Response:
        event = call.json
        if call.path != "/v2/enqueue" or event.get("routing_key") != self.routing_key or _wrong(event):
            return web.json_response({"status": "invalid event", "message": "Event object is invalid"}, status=400)
        self.events.append(event)
        key, action = event["dedup_key"], event["event_action"]
        known = self.alerts.get(key, "resolved")
        if action == "trigger" and known == "resolved":
            self.alerts[key], self.pages = "triggered", self.pages + 1
        elif action != "trigger" and known != "resolved":
            self.alerts[key] = f"{action}d"
        return web.json_response({"status": "success", "message": "Event processed", "dedup_key": key}, status=202)


def basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def _wrong(event: Json) -> bool:
    payload = event.get("payload", {})
    return (
        event.get("event_action") not in ("trigger", "acknowledge", "resolve")
        or not 0 < len(event.get("dedup_key", "")) <= 255
        or not 0 < len(payload.get("summary", "")) <= 1024
        or payload.get("severity") not in ("critical", "error", "warning", "info")
        or not payload.get("source")
        or any(not link.get("href") for link in event.get("links", []))
    )
