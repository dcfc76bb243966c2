"""The channel's front door: stands between Teams' client and the bot, signs what goes in and checks what comes out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Self

import aiohttp
from aiohttp import web

from sandbox import as_teams
from sandbox.door_memory import Memory
from sandbox.faults import Faults, middleware
from sandbox.guard import only_loopback
from sandbox.teams import Json, Reply, Teams, general, json_object
from sandbox.tenant import Tenant

log = logging.getLogger(__name__)

TURN = aiohttp.ClientTimeout(total=15)
"""Teams waits this long for a bot's answer."""
AUDIENCE = "https://api.botframework.com"
"""Whom the bot's token must be for."""
MOST = 262_144
"""The connector refuses a longer request outright."""


class Door:
    """One small HTTP server: `/api/messages` for Teams' client, `/v3/…` for the bot.

    `sign` makes the token of an activity from the door's service URL.
    """

    def __init__(
        self,
        tenant: Tenant,
        faults: Faults,
        teams: Teams,
        *,
        sign: Callable[[str], str],
        bot_url: str,
        port: int = 0,
    ) -> None:
        self.tenant, self.teams, self.bot_url = tenant, teams, bot_url
        self.url, self.last_status = "", 0
        self._sign, self._port = sign, port
        self._memory = Memory(tenant)
        self._installed: set[str] = set()
        self._runner = web.AppRunner(self._app(faults), access_log=None, shutdown_timeout=1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/"
        self._session = aiohttp.ClientSession(timeout=TURN)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()
        await self._runner.cleanup()

    # --- Teams → bot ---------------------------------------------------------------------------------------------------

    async def deliver(self, activity: Json) -> Reply:
        """Sign an activity, hand it to the bot, and give back the bot's answer."""
        headers = {"Authorization": f"Bearer {self._sign(self.url)}"}
        try:
            async with self._session.post(self.bot_url, json=activity, headers=headers) as answer:
                return Reply(status=answer.status, body=await _content(answer))
        except TimeoutError:
            return Reply(status=504, body=_error("BotTimeout", "The bot did not answer within 15 seconds."))
        except aiohttp.ClientError as error:
            return Reply(
                status=502, body=_error("BotUnreachable", f"The bot cannot be reached: {type(error).__name__}.")
            )

    async def install(self, conversation: str = "", pause: float = 0.25) -> None:
        """Tell the bot that it was added to a channel (General) or chat, again and again until it has heard."""
        where = conversation or general(self.tenant)
        self._installed.add(where)
        for activity in as_teams.installed(where, self.tenant.admins[0], self.tenant, self.url):
            while not (reply := await self.deliver(activity)).ok:
                self.last_status = reply.status
                await asyncio.sleep(pause)
        log.info("installed", extra={"conversation": where})

    async def _from_client(self, request: web.Request) -> web.Response:
        activity = as_teams.mended(await _object(request), self.tenant, self.url)
        if self._is_old_news(activity):
            return web.Response()
        return _response(await self.deliver(activity))

    def _is_old_news(self, activity: Json) -> bool:
        """The Playground says "installed" whenever a conversation is first opened; Teams says it once."""
        where = as_teams.place(activity)
        known = where in self._installed
        match activity.get("type"), activity.get("action"):
            case "installationUpdate", "remove":
                self._installed.discard(where)
            case "conversationUpdate", _ if as_teams.announces(activity, self.tenant):
                self._installed.add(where)
            case _:
                pass
        return known and as_teams.announces(activity, self.tenant)

    # --- bot → Teams ---------------------------------------------------------------------------------------------------

    async def _from_bot(self, request: web.Request) -> web.Response:
        scope = self.tenant.tokens.check(request.headers.get("Authorization"))
        if scope is None or not scope.startswith(AUDIENCE):
            return _response(Reply(status=401, body=_error("Unauthorized", "The login did not issue this token.")))
        body = await _object(request) if request.can_read_body else {}
        path = request.rel_url.raw_path
        reply = await self.teams.call(request.method, path, request.query_string, body)
        if reply.ok:
            self._memory.keep(request.method, path, body, reply.body)
        return _response(reply)

    def _app(self, faults: Faults) -> web.Application:
        misbehaving = middleware(faults, "door")

        async def from_bot(request: web.Request) -> web.StreamResponse:
            return await misbehaving(request, self._from_bot)

        app = web.Application(middlewares=[only_loopback], client_max_size=MOST)
        app.router.add_post("/api/messages", self._from_client)
        app.router.add_route("*", "/v3/{rest:.*}", from_bot)
        return app


async def _object(request: web.Request) -> Json:
    """The body as a JSON object; anything else is refused in the connector's words."""
    try:
        body: object = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text='{"error":{"code":"BadSyntax","message":"The body must be a JSON object."}}')
    return json_object(body)  # pyright: ignore[reportUnknownArgumentType]


async def _content(answer: aiohttp.ClientResponse) -> Any:
    text = await answer.text(errors="replace")
    try:
        return await answer.json(content_type=None) if text else None
    except ValueError:
        return text


def _response(reply: Reply) -> web.Response:
    headers = {} if reply.retry_after is None else {"Retry-After": str(reply.retry_after)}
    if reply.body is None:
        return web.Response(status=reply.status, headers=headers)
    if isinstance(reply.body, str):
        return web.Response(status=reply.status, headers=headers, text=reply.body)
    return web.json_response(reply.body, status=reply.status, headers=headers)


def _error(code: str, message: str) -> Json:
    return {"error": {"code": code, "message": message}}
