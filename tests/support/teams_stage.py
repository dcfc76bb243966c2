"""The Teams adapter between a client and a connector of a few lines; the tokens are real, and so is their validation."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import web as bot_web
from bot.adapters.teams import Teams
from bot.model import Conversation
from bot.ports import Answer, Line, Press
from sandbox.keys import ISSUER, Keys
from sandbox.login import keys_app

Json = dict[str, Any]

APP = "0a0a0a0a-0000-4000-8000-000000000001"
TENANT = "0b0b0b0b-0000-4000-8000-000000000002"
ADA = "0c0c0c0c-0000-4000-8000-000000000003"
CHANNEL = "19:general@thread.tacv2"
CARD: Json = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "Hello"}]}


class Ear:
    """A listener that writes down what it hears; while `gate` is set to an event it waits for it."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.presses: list[Press] = []
        self.joins: list[tuple[Conversation, bool]] = []
        self.gone: list[Conversation] = []
        self.shut: list[Conversation] = []
        self.answer = Answer(card=CARD, summary="Hello")
        self.welcome: Answer | None = None
        self.entered = asyncio.Event()
        self.gate: asyncio.Event | None = None
        self.failure: Exception | None = None

    async def heard(self, line: Line) -> Answer:
        self.lines.append(line)
        return await self._answer()

    async def pressed(self, press: Press) -> Answer:
        self.presses.append(press)
        return await self._answer()

    async def joined(self, conversation: Conversation, *, installed: bool) -> Answer | None:
        self.joins.append((conversation, installed))
        return self.welcome

    async def left(self, conversation: Conversation, *, for_good: bool = True) -> None:
        (self.gone if for_good else self.shut).append(conversation)

    async def _answer(self) -> Answer:
        self.entered.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        return self.answer


class Call(NamedTuple):
    """What the bot asked of the connector; `path` is below /v3/ and still escaped."""

    method: str
    path: str
    body: Json
    authorization: str


class Scripted(NamedTuple):
    """What the connector answers instead of a new id; `drop` closes the connection without a word."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = {}  # noqa: RUF012
    drop: bool = False


class Stage:
    """Everything at once: signing keys, a connector, a listener, and the bot's own web application."""

    bot: TestServer
    microsoft: TestServer
    client: aiohttp.ClientSession

    def __init__(self) -> None:
        self.keys, self.ear = Keys(), Ear()
        self.key_requests = 0
        self.keys_down = False
        self.calls: list[Call] = []
        self.called = asyncio.Condition()
        self.ports: set[object] = set()
        self.script: deque[Scripted] = deque()
        self.pauses: list[float] = []
        self.ahead = timedelta()
        self.problems: list[str] = []
        self._numbers = 0

    async def enter(self, stack: AsyncExitStack, *, patience: float = 60, **more: Any) -> Stage:
        self.microsoft = TestServer(self._microsoft(), host="127.0.0.1")
        await stack.enter_async_context(self.microsoft)
        self.client = await stack.enter_async_context(aiohttp.ClientSession())
        self.teams = Teams(
            app_id=APP,
            tenant_id=TENANT,
            openid_url=f"{self.url}botframework/openidconfiguration",
            issuer=ISSUER,
            token=self.bearer,
            listener=self.ear,
            clock=lambda: datetime.now(UTC) + self.ahead,
            patience=patience,
            pause=self._pause,
            **more,
        )
        stack.push_async_callback(self.teams.close)
        app = bot_web.application(receive=self.teams.receive, problems=lambda: self.problems)
        self.bot = TestServer(app, host="127.0.0.1")
        await stack.enter_async_context(self.bot)
        return self

    @property
    def url(self) -> str:
        """The service URL."""
        return str(self.microsoft.make_url("/"))

    async def bearer(self) -> str:
        return "the-bots-own-token"

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    # --- what Teams sends ----------------------------------------------------------------------------------------------

    def activity(self, **more: Any) -> Json:
        """A line in a thread of a channel, unless told otherwise; a field that is None is left out."""
        self._numbers += 1
        told: Json = {
            "type": "message",
            "id": f"f:{self._numbers}",
            "channelId": "msteams",
            "serviceUrl": self.url,
            "from": {"id": "29:ada", "name": "Ada Admin", "aadObjectId": ADA},
            "recipient": {"id": f"28:{APP}", "name": "Syncwatch"},
            "conversation": {
                "id": f"{CHANNEL};messageid=1700",
                "conversationType": "channel",
                "isGroup": True,
                "tenantId": TENANT,
            },
            "channelData": {
                "tenant": {"id": TENANT},
                "team": {"id": CHANNEL, "name": "Identity", "aadGroupId": "group-1"},
                "channel": {"id": CHANNEL, "name": "Alerts"},
            },
            "text": "help",
        }
        return {name: value for name, value in (told | more).items() if value is not None}

    def press(self, verb: str = "ack", words: str = "7", **more: Any) -> Json:
        action = {"type": "Action.Execute", "verb": verb, "data": {"words": words}}
        told: Json = {
            "type": "invoke",
            "name": "adaptiveCard/action",
            "text": None,
            "replyToId": "1700",
            "value": {"action": action, "trigger": "manual"},
        }
        return self.activity(**(told | more))

    def token(self, **overrides: Any) -> str:
        return self.keys.token(APP, self.url, **overrides)

    async def send(self, activity: Any, *, header: str | None = None, **claims: Any) -> tuple[int, Any]:
        """Deliver an activity with a good token, one with other claims, or this header ("" is none at all)."""
        sent = f"Bearer {self.token(**claims)}" if header is None else header
        headers = {"Authorization": sent} if sent else {}
        data = activity if isinstance(activity, bytes) else None
        url = self.bot.make_url("/api/messages")
        async with self.client.post(url, json=None if data else activity, data=data, headers=headers) as answer:
            known = answer.content_type == "application/json" and await answer.read()
            return answer.status, await answer.json() if known else None

    # --- what the bot calls --------------------------------------------------------------------------------------------

    async def until(self, count: int) -> list[Call]:
        """Wait until the bot has called the connector that often."""
        async with self.called:
            await asyncio.wait_for(self.called.wait_for(lambda: len(self.calls) >= count), 20)
        return self.calls

    def _microsoft(self) -> web.Application:
        @web.middleware
        async def counting(request: web.Request, handler: bot_web.Handler) -> web.StreamResponse:
            self.key_requests += 1
            return web.Response(status=503) if self.keys_down else await handler(request)

        site, keys = web.Application(), keys_app(self.keys)
        keys.middlewares.append(counting)
        site.add_subapp("/botframework", keys)
        site.router.add_route("*", "/v3/{rest:.*}", self._connector)
        return site

    async def _connector(self, request: web.Request) -> web.StreamResponse:
        path = request.rel_url.raw_path.removeprefix("/v3/")
        authorization = request.headers.get("Authorization", "")
        if request.transport is not None:
            self.ports.add(request.transport.get_extra_info("peername"))
        body: Json = await request.json() if request.can_read_body else {}
        async with self.called:
            self.calls.append(Call(request.method, path, body, authorization))
            self.called.notify_all()
        if self.script:
            told = self.script.popleft()
            if told.drop and request.transport is not None:
                request.transport.abort()
            if isinstance(told.body, (str, bytes)):
                return web.Response(status=told.status, body=told.body, headers=told.headers)
            return web.json_response(told.body, status=told.status, headers=told.headers)
        number = f"a-{len(self.calls)}"
        if path == "conversations":
            return web.json_response({"id": f"{CHANNEL};messageid={number}", "activityId": number}, status=201)
        return web.json_response({"id": number}, status=201 if request.method == "POST" else 200)
