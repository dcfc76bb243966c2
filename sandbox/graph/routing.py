"""Graph's routes as plain functions from a call to a reply, so that HTTP and $batch share them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from sandbox.tenant import Tenant

if TYPE_CHECKING:
    from sandbox.graph.in_order import Logs
    from sandbox.graph.paging import Pages


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One request: `path` is below /v1.0, `parts` are the words that its route leaves open."""

    tenant: Tenant
    pages: Pages
    logs: Logs
    base: str
    method: str
    path: str
    query: Mapping[str, str]
    parts: Mapping[str, str]
    body: Any = None


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One answer; without a body it is 204."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = {}


class GraphError(Exception):
    """An answer in Graph's error shape."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = headers or {}


Route = Callable[[Ask], Reply]
ROUTES: dict[tuple[str, str], Route] = {}
_PATTERNS: list[tuple[str, re.Pattern[str], Route]] = []


def route(method: str, path: str) -> Callable[[Route], Route]:
    """Serve a path of Graph's OpenAPI with a function."""

    def register(function: Route) -> Route:
        ROUTES[method, path] = function
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path))
        _PATTERNS.append((method, re.compile(pattern), function))
        return function

    return register


def find(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """The function that serves a path, and the words in its open places. Raises GraphError."""
    known = [(verb, function, match) for verb, pattern, function in _PATTERNS if (match := pattern.fullmatch(path))]
    for verb, function, match in known:
        if verb == method:
            return function, match.groupdict()
    if known:
        raise GraphError(
            405, "Request_BadRequest", f"Specified HTTP method is not allowed for the request target: {method}."
        )
    segment = path.strip("/").split("/")[0]
    raise GraphError(400, "BadRequest", f"Resource not found for the segment '{segment}'.")
