"""$batch: up to twenty requests in one, each answered as if it had come alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from sandbox.faults import error_body
from sandbox.graph.routing import GraphError, Reply

if TYPE_CHECKING:
    from sandbox.graph.app import Graph

BIGGEST = 20


class _Part(msgspec.Struct, kw_only=True):
    id: str
    method: str
    url: str
    headers: dict[str, str] = {}
    body: Any = None
    dependsOn: list[str] = []  # noqa: N815


class _Batch(msgspec.Struct, kw_only=True):
    requests: list[_Part]


def answer_batch(graph: Graph, base: str, body: Any) -> Reply:
    """Answer all parts of a batch. Raises GraphError where the batch itself is wrong."""
    try:
        parts = msgspec.convert(body, _Batch).requests
    except msgspec.ValidationError as error:
        raise GraphError(400, "BadRequest", f"Invalid batch payload format: {error}") from None
    if len(parts) > BIGGEST:
        raise GraphError(400, "BadRequest", f"Number of batch request steps exceeds the max value of {BIGGEST}.")
    if len({part.id for part in parts}) < len(parts):
        raise GraphError(400, "BadRequest", "Every request of a batch needs an id of its own.")
    return Reply(body={"responses": [_answer(graph, base, part) for part in parts]})


def _answer(graph: Graph, base: str, part: _Part) -> dict[str, Any]:
    split = urlsplit(part.url)
    path = "/" + unquote(split.path).lstrip("/")
    area = "reports" if path.startswith("/auditLogs/") else "batched"
    graph.faults.note(area, part.method.upper(), unquote(part.url))
    if (fault := graph.faults.take(area, unquote(part.url))) is not None and fault.kind == "status":
        return {"id": part.id, "status": fault.status, "headers": {}, "body": error_body(fault.status)}
    query = dict(parse_qsl(split.query, keep_blank_values=True))
    reply = graph.answer(base, part.method.upper(), path, query, part.body)
    answered: dict[str, Any] = {"id": part.id, "status": reply.status, "headers": dict(reply.headers)}
    if reply.body is None:
        return {**answered, "status": 204 if reply.status == 200 else reply.status}
    answered["headers"]["Content-Type"] = "application/json"
    return {**answered, "body": reply.body}
