"""Faults to order, and a count of every call: how tests make the sandbox's services misbehave and watch their clients."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import unquote_plus

import msgspec
from aiohttp import web

Kind = Literal["status", "slow", "drop", "drop_after", "empty"]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Middleware = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]


class Fault(msgspec.Struct):
    """A misbehaviour, for the next `times` calls of an area whose path and query hold `match`; 0 times is for good.

    Areas: login, graph, batched (parts of Graph's $batch: only status), reports (Graph's auditLogs), logs (Log Analytics),
    door (the bot's calls to the connector).
    drop closes the connection without an answer; drop_after does the work first; empty is a page with nothing on it.
    With a `rate` below 1 only that part of the calls meets it, drawn by lot; `code` is what the error's body says.
    """

    area: str
    kind: Kind
    status: int = 429
    seconds: float = 1.0
    retry_after: int | None = None
    times: int = 1
    match: str = ""
    rate: float = 1.0
    code: str = ""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request that was made; `path` is with its query, decoded."""

    at: datetime
    area: str
    method: str
    path: str


def utc_now() -> datetime:
    return datetime.now(UTC)


class Faults:
    """The faults that are ordered, all calls so far, and how many of them met a fault, by area."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self.clock = clock
        self.calls: list[Call] = []
        self.met: Counter[str] = Counter()
        self._ordered: list[Fault] = []
        self._lots = random.Random("faults")

    def add(self, fault: Fault) -> None:
        # A copy: taking one counts its times down.
        self._ordered.append(msgspec.structs.replace(fault, times=fault.times or -1))

    def clear(self) -> None:
        self._ordered.clear()

    def take(self, area: str, path: str) -> Fault | None:
        """The fault that the next call to this path meets, used up by one."""
        for fault in self._ordered:
            if fault.area == area and fault.match in path and self._lots.random() < fault.rate:
                self.met[area] += 1
                fault.times -= 1
                if fault.times == 0:
                    self._ordered.remove(fault)
                return fault
        return None

    def note(self, area: str, method: str, path: str) -> None:
        self.calls.append(Call(at=self.clock(), area=area, method=method, path=path))

    def count(self, area: str, match: str = "") -> int:
        """How many calls an area had whose path holds `match`."""
        return sum(call.area == area and match in call.path for call in self.calls)


def middleware(faults: Faults, area: str, *, empty: Callable[[], web.Response] | None = None) -> Middleware:
    """An aiohttp middleware that counts an app's calls and applies its faults; `empty` makes the empty page."""

    @web.middleware
    async def apply(request: web.Request, handler: Handler) -> web.StreamResponse:
        path = unquote_plus(request.path_qs)
        faults.note(area, request.method, path)
        fault = faults.take(area, path)
        return await misbehave(fault, request, handler, empty) if fault else await handler(request)

    return apply


async def misbehave(
    fault: Fault, request: web.Request, handler: Handler, empty: Callable[[], web.Response] | None = None
) -> web.StreamResponse:
    """Answer a request the way a fault says."""
    if fault.kind == "status":
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return web.json_response(error_body(fault.status, fault.code), status=fault.status, headers=headers)
    if fault.kind == "empty":
        return empty() if empty else web.json_response({"value": []})
    if fault.kind == "drop":
        return _hang_up(request)
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return await handler(request)
    await handler(request)
    return _hang_up(request)


def error_body(status: int, code: str = "") -> dict[str, dict[str, str]]:
    """An error in the shape that Graph, Log Analytics and the connector share."""
    code = code or {429: "TooManyRequests", 503: "ServiceUnavailable", 504: "GatewayTimeout"}.get(
        status, "UnknownError"
    )
    return {"error": {"code": code, "message": f"The sandbox was told to answer {status}."}}


def _hang_up(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    # Nobody reads this: the connection is gone.
    return web.Response(status=500)
