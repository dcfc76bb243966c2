"""The Log Analytics query API over the tenant's logs, as LogsQueryClient speaks it; mounted at /v1."""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import unquote_plus

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.adapters.kql.answer import Table
from bot.adapters.kql.errors import BadQuery, TimedOut, TooDear
from bot.adapters.local_logs import LocalLogs
from sandbox import log_answers
from sandbox.faults import Faults, misbehave
from sandbox.log_answers import ApiError
from sandbox.tenant import Tenant
from sandbox.timespans import period

MOST_ROWS, MOST_BYTES, LONGEST_WAIT = 500_000, 104_857_600, 600.0
WINDOW, MOST_CALLS, MOST_AT_ONCE = 30.0, 200, 5
AUDIENCE = "https://api.loganalytics."
_CUT = web.RequestKey("cut", bool)
T = TypeVar("T")


class _Body(msgspec.Struct):
    query: str
    timespan: str | None = None


class _One(msgspec.Struct):
    """A query within a batch."""

    id: str
    workspace: str
    body: _Body
    headers: dict[str, str] = {}


class _Batch(msgspec.Struct):
    requests: list[_One]


class Workspace:
    """One workspace: it takes in what has arrived in the tenant, and answers queries about it."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._logs = LocalLogs(tenant=tenant.id, workspace=tenant.workspace_id, memory="4GB")
        self._feeding = asyncio.Lock()
        self._rows = self._audits = 0
        self._calls: deque[float] = deque()

    async def answer(self, request: web.Request) -> web.Response:
        """One request, with the checks in the service's order. Raises ApiError."""
        self._admit(request)
        prefer, cut = request.headers.get("Prefer", ""), bool(request.get(_CUT))
        return await self._answer(request.match_info["workspace"], lambda: _read(request, _Body), prefer, cut)

    async def answer_batch(self, request: web.Request) -> web.Response:
        """Several requests in one: each is counted and answered by itself. Raises ApiError where the whole is wrong."""
        self._admit(request, calls=0)
        batch = await _read(request, _Batch)
        at_once = asyncio.Semaphore(MOST_AT_ONCE)

        async def one(asked: _One) -> dict[str, Any]:
            async def body() -> _Body:
                return asked.body

            try:
                async with at_once:
                    self._admit(request)
                    prefer, cut = asked.headers.get("Prefer", ""), bool(request.get(_CUT))
                    response = await self._answer(asked.workspace, body, prefer, cut)
            except ApiError as error:
                response = error.response()
            said = response.body if isinstance(response.body, bytes) else b"{}"
            return {"id": asked.id, "status": response.status, "headers": {}, "body": msgspec.Raw(said)}

        answers = await asyncio.gather(*(one(asked) for asked in batch.requests))
        return web.Response(body=msgspec.json.encode({"responses": answers}), content_type="application/json")

    async def _answer(
        self, workspace: str, read: Callable[[], Awaitable[_Body]], prefer: str, cut: bool
    ) -> web.Response:
        if workspace.lower() != self._tenant.workspace_id:
            raise ApiError(404, "WorkspaceNotFoundError", "The workspace could not be found")
        body = await read()
        await self._feed()
        now, started = self._tenant.clock(), time.perf_counter()
        try:
            table = await self._logs.query(
                body.query,
                timespan=period(body.timespan, now) if body.timespan else None,
                now=now,
                max_rows=MOST_ROWS,
                max_bytes=MOST_BYTES,
                timeout=_wait(prefer),
            )
        except TimedOut:
            raise ApiError(504, "GatewayTimeout", log_answers.TIMED_OUT) from None
        except TooDear as error:
            table = Table(columns=(), rows=[], partial=str(error))
        except BadQuery as error:
            raise log_answers.bad_query(error) from None
        if cut:
            table = msgspec.structs.replace(
                table, rows=table.rows[: len(table.rows) // 2], partial=log_answers.TOO_LARGE
            )
        if (wild := self._tenant.wild.rows) and "Ingested" in (names := [name for name, _ in table.columns]):
            table = msgspec.structs.replace(
                table, rows=[*(tuple(row.get(name) for name in names) for row in wild), *table.rows]
            )
        return log_answers.answered(table, body.query, prefer, time.perf_counter() - started)

    async def close(self) -> None:
        await self._logs.close()

    def _admit(self, request: web.Request, *, calls: int = 1) -> None:
        if "Authorization" not in request.headers:
            raise ApiError(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
        scope = self._tenant.tokens.check(request.headers["Authorization"])
        if scope is None:
            raise ApiError(401, "InvalidTokenError", "The provided authentication token is not valid for this resource")
        if not scope.startswith(AUDIENCE):
            raise ApiError(403, "InvalidAuthenticationTokenAudience", log_answers.WRONG_AUDIENCE)
        now = self._tenant.clock().timestamp()
        while self._calls and now - self._calls[0] >= WINDOW:
            self._calls.popleft()
        if len(self._calls) >= MOST_CALLS:
            raise ApiError(429, "ThrottledError", log_answers.THROTTLED, int(self._calls[0] + WINDOW - now) + 1)
        self._calls.extend([now] * calls)

    async def _feed(self) -> None:
        """Take in what has arrived since the last query; rows that come twice are there twice, as in the service."""
        async with self._feeding:
            self._tenant.advance()
            if not self._tenant.exported:
                return
            rows, audits = self._tenant.arrived[self._rows :], self._tenant.audits[self._audits :]
            await self._logs.append_provisioning((row.event, row.arrived_at) for row in rows)
            await self._logs.append_audits((audit, self._tenant.clock()) for audit in audits)
            self._rows, self._audits = self._rows + len(rows), self._audits + len(audits)


def log_analytics(tenant: Tenant, faults: Faults) -> web.Application:
    """The app for POST /workspaces/{workspace}/query and POST /$batch. A fault with status 200 cuts the answer short."""
    workspace = Workspace(tenant)

    @web.middleware
    async def serve(request: web.Request, handler: Handler) -> web.StreamResponse:
        path = unquote_plus(request.path_qs)
        faults.note("logs", request.method, path)
        fault = faults.take("logs", path)
        try:
            if fault and fault.kind == "status" and fault.status != 200:
                raise log_answers.ordered(fault.status, fault.retry_after)
            request[_CUT] = fault is not None and fault.kind == "status"
            if fault and not request[_CUT]:
                return await misbehave(fault, request, handler, log_answers.empty)
            return await handler(request)
        except ApiError as error:
            return error.response()
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
            return ApiError(404, "PathNotFoundError", "The requested path does not exist").response()

    async def close(_: web.Application) -> None:
        await workspace.close()

    app = web.Application(middlewares=[serve], client_max_size=2**22)
    app.router.add_post("/workspaces/{workspace}/query", workspace.answer)
    app.router.add_post("/$batch", workspace.answer_batch)
    app.on_cleanup.append(close)
    return app


async def _read(request: web.Request, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except msgspec.DecodeError as error:
        raise log_answers.bad_argument("QueryValidationError", f"Failed parsing the query: {error}") from None


def _wait(prefer: str) -> float:
    found = re.search(r"\bwait=(\d{1,6})\b", prefer)
    return min(float(found[1]), LONGEST_WAIT) if found else 180.0
