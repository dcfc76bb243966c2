"""The address that people open: the Playground's page, which forgets nothing when it is opened late or anew."""

from __future__ import annotations

import asyncio
import json
from html import escape
from pathlib import Path
from typing import Self
from urllib.parse import unquote

import aiohttp
from aiohttp import WSMsgType, web

from sandbox.guard import only_loopback
from sandbox.history import History
from sandbox.home import StartFailed
from sandbox.teams import Json, json_object

STREAM = "/_ws_conversation/v1/conversations/stream"
SCRIPT = Path(__file__).with_name("page.js")
_DROPPED = frozenset(
    ["host", "origin", "connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding"]
)


class Page:
    """A reverse proxy before the Playground at `behind`. It holds the conversations' one stream and repeats it.

    `user` is the person at the page, `last` the name of a conversation that only the real list has.

    The Playground itself tells a message once, to whoever has the page open at that moment.
    """

    def __init__(self, behind: str, *, port: int, user: str, last: str) -> None:
        self._behind, self._port, self._user = behind.rstrip("/"), port, user
        self.url = f"http://127.0.0.1:{port}/"
        self.history = History()
        self._script = f'<script src="/page.js" data-last="{escape(last)}"></script>'.encode()
        self._open: dict[asyncio.Queue[Json], str] = {}
        self._order = asyncio.Lock()
        app = web.Application(middlewares=[only_loopback], client_max_size=10 * 2**20)
        app.router.add_get("/page.js", _script)
        app.router.add_get(STREAM, self._stream)
        app.router.add_get("/_ws/{rest:.*}", self._other_stream)
        app.router.add_post("/_conversation/v1/conversations/{id}/messages", self._typed)
        app.router.add_route("*", "/{rest:.*}", self._pass)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)

    async def __aenter__(self) -> Self:
        await self._serve()
        self._session = aiohttp.ClientSession(auto_decompress=False, timeout=aiohttp.ClientTimeout(total=60))
        self._upstream = await self._session.ws_connect(f"{self._behind}{STREAM}", max_msg_size=0)
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        await self._session.close()
        await self._runner.cleanup()

    async def _serve(self) -> None:
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise StartFailed(f"Port {self._port} has been taken by another program just now.") from None

    async def _listen(self) -> None:
        """Keep what the Playground tells, and tell it to every page that is open."""
        async for message in self._upstream:
            if message.type is WSMsgType.TEXT:
                frame = json_object(json.loads(message.data))
                async with self._order:
                    self.history.heard(frame)
                    self._tell(frame)

    def _tell(self, frame: Json, but: str = "") -> None:
        for news, name in self._open.items():
            if not name or name != but:
                news.put_nowait(frame)

    async def _stream(self, request: web.Request) -> web.WebSocketResponse:
        """A page's stream: all that was, if it asks for it, then all that comes."""
        socket, news = web.WebSocketResponse(), asyncio.Queue[Json]()
        await socket.prepare(request)
        for frame in self.history.frames if "all" in request.query else ():
            news.put_nowait(frame)
        self._open[news] = request.query.get("page", "")
        telling = asyncio.create_task(_send(news, socket))
        try:
            async for _ in socket:  # a page says nothing; this ends when it is closed
                pass
        finally:
            del self._open[news]
            telling.cancel()
        return socket

    async def _other_stream(self, request: web.Request) -> web.WebSocketResponse:
        """The log panel's stream, passed on as it is."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async with self._session.ws_connect(f"{self._behind}{request.raw_path}", max_msg_size=0) as upstream:
            telling = asyncio.create_task(_relay(upstream, socket))
            async for _ in socket:
                pass
            telling.cancel()
        return socket

    async def _typed(self, request: web.Request) -> web.StreamResponse:
        """What the person types goes on to the Playground, into the history and to the other pages.

        The bot's answer may be here before the Playground's own: it waits, since no page can draw it under an
        unknown thread.
        """
        draft = json_object(await request.json())
        async with self._order:
            answer = await self._pass(request)
            if isinstance(answer, web.Response) and answer.status < 300 and isinstance(answer.body, bytes):
                given = json_object(json.loads(answer.body or b"{}"))
                frame = self.history.typed(unquote(request.match_info["id"]), draft, given, self._user)
                self._tell(frame, but=request.headers.get("X-Page", ""))
        return answer

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _DROPPED}
        headers["Accept-Encoding"] = "identity"
        url, body = f"{self._behind}{request.raw_path}", await request.read()
        async with self._session.request(
            request.method, url, headers=headers, data=body, allow_redirects=False
        ) as answer:
            content = await answer.read()
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in _DROPPED}
        if answer.content_type == "text/html":
            content = content.replace(b"<head>", b"<head>" + self._script, 1)
        return web.Response(status=answer.status, body=content, headers=kept)


async def _send(news: asyncio.Queue[Json], socket: web.WebSocketResponse) -> None:
    while not socket.closed:
        await socket.send_json(await news.get())


async def _relay(upstream: aiohttp.ClientWebSocketResponse, socket: web.WebSocketResponse) -> None:
    async for message in upstream:
        if message.type is WSMsgType.TEXT and not socket.closed:
            await socket.send_str(message.data)


async def _script(_: web.Request) -> web.FileResponse:
    return web.FileResponse(SCRIPT)
