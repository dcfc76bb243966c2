"""The channel's front door: stands between Teams' client and the bot, signs what goes in and checks what comes out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Self

import aiohttp
from aiohttp import web

from sandbox import as_teams
from sandbox.door_memory import Memory
from sandbox.door_wire import body_of, content_of, error, response
from sandbox.faults import Faults, middleware
from sandbox.guard import only_loopback
from sandbox.memory_refusals import refusal
from sandbox.teams import Json, Reply, Teams, addressed, base, general, personal_chat
from sandbox.tenant import Tenant

log = logging.getLogger(__name__)

TURN = aiohttp.ClientTimeout(total=15)
"""Teams waits this long for a bot's answer."""
AUDIENCE = "https://api.botframework.com"
"""Whom the bot's token must be for."""
MOST = 262_144
"""The connector refuses a longer request outright."""


class Door:
    """One small HTTP server: `/api/messages` for Teams' client, `/v3/…` for the bot, and `/REGION/v3/…` for
    conversations that moved.

    `sign` makes the token of an activity from its service URL.
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
        self._regions: dict[str, str] = {}
        self._telling: set[asyncio.Task[None]] = set()
        self._runner = web.AppRunner(self._app(faults), access_log=None, shutdown_timeout=1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await self.open()
        self.url = f"http://127.0.0.1:{self._port}/"
        self._session = aiohttp.ClientSession(timeout=TURN)
        self.tenant.apps.told.append(self._tell)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.tenant.apps.told.remove(self._tell)
        for task in self._telling:
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)
        await self._session.close()
        await self._runner.cleanup()

    async def open(self) -> None:
        """Listen, on the same port as before where it was closed."""
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = int(self._runner.addresses[0][1])

    async def close(self) -> None:
        """Be gone as a server is whose machine is switched off: connections break, and new ones are refused."""
        for site in list(self._runner.sites):
            await site.stop()
        for connection in list(self._runner.server.connections) if self._runner.server else []:
            if connection.transport is not None:
                connection.transport.abort()
        for _ in range(20):
            await asyncio.sleep(0)  # until clients in the same process have seen it

    def move(self, conversation: str, region: str) -> None:
        """From now on a conversation lives at the service URL of a region, and is refused at every other."""
        self._regions[base(conversation)] = region

    def address(self, conversation: str) -> str:
        """The service URL of a conversation."""
        region = self._regions.get(base(conversation), "")
        return f"{self.url}{region}/" if region else self.url

    # --- Teams → bot ---------------------------------------------------------------------------------------------------

    async def deliver(self, activity: Json) -> Reply:
        """Sign an activity, hand it to the bot, and give back the bot's answer."""
        headers = {"Authorization": f"Bearer {self._sign(str(activity.get('serviceUrl') or self.url))}"}
        try:
            async with self._session.post(self.bot_url, json=activity, headers=headers) as answer:
                return Reply(status=answer.status, body=await content_of(answer))
        except TimeoutError:
            return Reply(status=504, body=error("BotTimeout", "The bot did not answer within 15 seconds."))
        except aiohttp.ClientError as trouble:
            return Reply(
                status=502, body=error("BotUnreachable", f"The bot cannot be reached: {type(trouble).__name__}.")
            )

    async def install(self, conversation: str = "", pause: float = 0.25) -> None:
        """Tell the bot that it was added to a channel (General) or chat, again and again until it has heard."""
        where = conversation or general(self.tenant)
        self._installed.add(as_teams.home(where, self.tenant))
        owner = next((one for one in self.tenant.everybody.values() if personal_chat(one) == where), None)
        who = owner or self.tenant.admins[0]
        for activity in as_teams.installed(where, who, self.tenant, self.address(where)):
            while not (reply := await self.deliver(activity)).ok:
                self.last_status = reply.status
                await asyncio.sleep(pause)
        log.info("installed", extra={"conversation": where})

    async def told(self) -> None:
        """Wait until the bot has heard of everything that was installed."""
        await asyncio.gather(*self._telling)

    def _tell(self, user_id: str) -> None:
        """The app is new to a person: the bot is told of it, as soon as it listens."""
        task = asyncio.create_task(self.install(personal_chat(self.tenant.everybody[user_id])))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _from_client(self, request: web.Request) -> web.Response:
        activity = as_teams.mended(await body_of(request), self.tenant, self.url)
        if self._is_old_news(activity):
            return web.Response()
        return response(await self.deliver(activity))

    def _is_old_news(self, activity: Json) -> bool:
        """The Playground says "installed" whenever a conversation is first opened; Teams says it once of a team or chat."""
        where = as_teams.home(as_teams.place(activity), self.tenant)
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
            return response(Reply(status=401, body=error("Unauthorized", "The login did not issue this token.")))
        body = await body_of(request) if request.can_read_body else {}
        region, _, rest = request.rel_url.raw_path.removeprefix("/").partition("v3/")
        path = f"/v3/{rest}"
        if region.rstrip("/") != self._regions.get(addressed(path, body), ""):
            return response(refusal("InvalidBotApiHost"))
        reply = await self.teams.call(request.method, path, request.query_string, body)
        if reply.ok:
            self._memory.keep(request.method, path, body, reply.body)
        return response(reply)

    def _app(self, faults: Faults) -> web.Application:
        misbehaving = middleware(faults, "door")

        async def from_bot(request: web.Request) -> web.StreamResponse:
            return await misbehaving(request, self._from_bot)

        app = web.Application(middlewares=[only_loopback], client_max_size=MOST)
        app.router.add_post("/api/messages", self._from_client)
        app.router.add_route("*", "/v3/{rest:.*}", from_bot)
        app.router.add_route("*", "/{region:[a-z]+}/v3/{rest:.*}", from_bot)
        return app
