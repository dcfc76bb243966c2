"""Graph over HTTP: who may call, how often, and what an answer looks like on the wire."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, unquote_plus

import msgspec
from aiohttp import web

from sandbox.faults import Faults, misbehave
from sandbox.graph import apps, directory, jobs, logs, messages, role_assignments
from sandbox.graph.batch import answer_batch
from sandbox.graph.in_order import Logs
from sandbox.graph.paging import Pages
from sandbox.graph.routing import Ask, GraphError, Reply, find
from sandbox.graph.throttle import Throttle
from sandbox.ids import guid, whole_second
from sandbox.tenant import Tenant

AREAS = (apps, directory, jobs, logs, messages, role_assignments)
"""What is served: importing a module registers its routes."""

_JSON = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
_BIGGEST_BODY = 4 * 1024 * 1024


class Graph:
    """One Graph of one tenant: answers single requests and batches of them alike."""

    def __init__(self, tenant: Tenant, faults: Faults, *, throttle: bool = True) -> None:
        self.tenant, self.faults = tenant, faults
        self.throttle = Throttle(tenant.clock) if throttle else None
        self.pages, self.logs = Pages(), Logs()
        self._requests = 0

    def answer(self, base: str, method: str, path: str, query: dict[str, str], body: Any) -> Reply:
        """Answer one request of a caller who may call."""
        try:
            if self.throttle is not None:
                self.throttle.check(method, path)
            function, parts = find(method, path)
            return function(self._ask(base, method, path, query, parts, body))
        except GraphError as error:
            return self.refuse(error)

    def _ask(self, base: str, method: str, path: str, query: dict[str, str], parts: dict[str, str], body: Any) -> Ask:
        return Ask(
            tenant=self.tenant,
            pages=self.pages,
            logs=self.logs,
            base=base,
            method=method,
            path=path,
            query=query,
            parts=parts,
            body=body,
        )

    def refuse(self, error: GraphError) -> Reply:
        self._requests += 1
        request_id = guid("request", self.tenant.seed, self._requests)
        inner = {
            "date": whole_second(self.tenant.clock()).removesuffix("Z"),
            "request-id": request_id,
            "client-request-id": request_id,
        }
        body = {"error": {"code": error.code, "message": error.message, "innerError": inner}}
        return Reply(body=body, status=error.status, headers=error.headers)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One HTTP request: counted, made to fail where that was ordered, else answered."""
        area = "reports" if "/auditLogs/" in request.path else "graph"
        path = unquote_plus(request.path_qs)
        self.faults.note(area, request.method, path)
        fault = self.faults.take(area, path)
        return await misbehave(fault, request, self._respond) if fault else await self._respond(request)

    async def _respond(self, request: web.Request) -> web.Response:
        self.tenant.advance()
        try:
            reply = await self._reply(request)
        except GraphError as error:
            reply = self.refuse(error)
        return _response(reply, request.headers.get("client-request-id", ""))

    async def _reply(self, request: web.Request) -> Reply:
        if self.tenant.tokens.check(request.headers.get("Authorization")) is None:
            raise GraphError(401, "InvalidAuthenticationToken", "Access token is missing, expired or not valid.")
        body = await _body(request)
        base = f"{request.scheme}://{request.host}/v1.0"
        path = unquote(request.rel_url.raw_path).removeprefix("/v1.0")
        if (request.method, path) == ("POST", "/$batch"):
            return answer_batch(self, base, body)
        return self.answer(base, request.method, path, dict(request.query), body)


def graph_app(tenant: Tenant, faults: Faults, *, throttle: bool = True) -> web.Application:
    """Graph, to be mounted at /v1.0."""
    app = web.Application(client_max_size=_BIGGEST_BODY)
    app.router.add_route("*", "/{path:.*}", Graph(tenant, faults, throttle=throttle).serve)
    return app


async def _body(request: web.Request) -> Any:
    try:
        raw = await request.read()
    except ConnectionResetError:  # whoever asked is gone
        raise GraphError(400, "BadRequest", "The request ended before it was whole.") from None
    if not raw:
        return None
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        raise GraphError(400, "BadRequest", "Unable to read JSON request payload.") from None


def _response(reply: Reply, client_request_id: str) -> web.Response:
    headers = {**reply.headers, "client-request-id": client_request_id} if client_request_id else dict(reply.headers)
    if reply.body is None:
        return web.Response(status=204 if reply.status == 200 else reply.status, headers=headers)
    body = msgspec.json.encode(reply.body)
    return web.Response(body=body, status=reply.status, headers={**headers, "Content-Type": _JSON})
