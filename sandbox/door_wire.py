"""JSON on its way through the front door, read with suspicion and written as the connector writes it."""

from __future__ import annotations

from typing import Any

import aiohttp
from aiohttp import web

from sandbox.teams import Json, Reply, json_object


async def body_of(request: web.Request) -> Json:
    """The body as a JSON object; anything else is refused in the connector's words."""
    try:
        body: object = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text='{"error":{"code":"BadSyntax","message":"The body must be a JSON object."}}')
    return json_object(body)  # pyright: ignore[reportUnknownArgumentType]


async def content_of(answer: aiohttp.ClientResponse) -> Any:
    text = await answer.text(errors="replace")
    try:
        return await answer.json(content_type=None) if text else None
    except ValueError:
        return text


def response(reply: Reply) -> web.Response:
    headers = {} if reply.retry_after is None else {"Retry-After": str(reply.retry_after)}
    if reply.body is None:
        return web.Response(status=reply.status, headers=headers)
    if isinstance(reply.body, str):
        return web.Response(status=reply.status, headers=headers, text=reply.body)
    return web.json_response(reply.body, status=reply.status, headers=headers)


def error(code: str, message: str) -> Json:
    return {"error": {"code": code, "message": message}}
