"""The bots that are compared, each a process: the bare ceiling, botbuilder's stock adapter, and ours."""

from __future__ import annotations

import asyncio
import importlib
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import aiohttp
from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

APP = "0a0a0a0a-0000-4000-8000-000000000001"
TENANT = "0b0b0b0b-0000-4000-8000-000000000002"
ROWS = [
    {"type": "TextBlock", "text": f"command-{number}: what it does, in a sentence of an ordinary length", "wrap": True}
    for number in range(24)
]
CARD: dict[str, Any] = {"type": "AdaptiveCard", "version": "1.5", "body": ROWS}


def bare() -> web.Application:
    """What aiohttp alone can do: no token is looked at, and the text is sent back."""
    session: aiohttp.ClientSession

    async def receive(request: web.Request) -> web.Response:
        activity = await request.json()
        place = quote(activity["conversation"]["id"], safe="")
        url = f"{activity['serviceUrl']}v3/conversations/{place}/activities/{activity['id']}"
        async with session.post(url, json={"type": "message", "text": activity["text"]}) as answer:
            await answer.read()
        return web.Response()

    async def one_session(_: web.Application) -> AsyncIterator[None]:
        nonlocal session
        async with aiohttp.ClientSession() as session:
            yield

    app = web.Application()
    app.router.add_post("/api/messages", receive)
    app.cleanup_ctx.append(one_session)
    return app


def stock(openid_url: str, issuer: str) -> web.Application:
    """botbuilder's CloudAdapter, as its samples use it, but for the login: the bot's token is a constant, which is faster."""
    from botbuilder.core import ActivityHandler, TurnContext
    from botbuilder.schema import Activity, Attachment
    from botframework.connector.auth import PasswordServiceClientCredentialFactory
    from msrest.authentication import BasicTokenAuthentication

    # Not in the environment: the benchmark alone installs it, beside.
    vendor: Any = importlib.import_module("botbuilder.integration.aiohttp")

    class Constant(PasswordServiceClientCredentialFactory):
        async def create_credentials(self, *args: object, **more: object) -> Any:
            return BasicTokenAuthentication({"access_token": "the-bots-own-token"})

    class Echo(ActivityHandler):
        async def on_message_activity(self, turn_context: TurnContext) -> None:
            card = Attachment(content_type="application/vnd.microsoft.card.adaptive", content=CARD)
            await turn_context.send_activity(Activity(type="message", attachments=[card]))

    settings = SimpleNamespace(
        APP_ID=APP,
        TO_BOT_FROM_CHANNEL_TOKEN_ISSUER=issuer,
        TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL=openid_url,
        TO_BOT_FROM_EMULATOR_OPENID_METADATA_URL=openid_url,
        TO_CHANNEL_FROM_BOT_LOGIN_URL="https://login.microsoftonline.com/botframework.com",
        TO_CHANNEL_FROM_BOT_OAUTH_SCOPE="https://api.botframework.com",
        OAUTH_URL="https://api.botframework.com",
    )
    known = vendor.ConfigurationBotFrameworkAuthentication(settings, credentials_factory=Constant(APP, "secret"))
    adapter = vendor.CloudAdapter(known)
    bot = Echo()

    async def receive(request: web.Request) -> web.Response:
        return await adapter.process(request, bot)

    app = web.Application()
    app.router.add_post("/api/messages", receive)
    return app


async def ours(openid_url: str, issuer: str, listener: Any, stack: AsyncExitStack) -> web.Application:
    """The product's adapter and web application."""
    from bot.adapters.teams import Teams
    from bot.web import application

    async def token() -> str:
        return "the-bots-own-token"

    teams = Teams(
        app_id=APP,
        tenant_id=TENANT,
        openid_url=openid_url,
        issuer=issuer,
        token=token,
        listener=listener,
        clock=lambda: datetime.now(UTC),
    )
    stack.push_async_callback(teams.close)
    return application(receive=teams.receive, problems=teams.problems)


class Constant:
    """A listener that answers the same card to everything."""

    async def heard(self, line: object) -> Any:
        return self.answer

    def __init__(self) -> None:
        from bot.ports import Answer

        self.answer = Answer(card=CARD, summary="help")


async def commands(stack: AsyncExitStack) -> Any:
    """The product's own chat, with an empty store."""
    from bot.adapters.store import Store
    from bot.chat import Chat
    from bot.roles import Roles
    from tests.support.talk import KnownJobs

    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="syncwatch-bench-"))
    store = await Store.open(f"sqlite:///{folder}/bench.db")
    stack.push_async_callback(store.close)
    return Chat(
        store=store,
        jobs=KnownJobs([]),
        roles=Roles(["*"], []),
        now=lambda: datetime.now(UTC),
        changed=lambda: None,
        look_soon=lambda: None,
    )


async def serve(kind: str, openid_url: str, issuer: str) -> None:
    """Say the port on standard output, and serve until the process ends."""
    async with AsyncExitStack() as stack:
        if kind == "bare":
            app = bare()
        elif kind == "stock":
            app = stock(openid_url, issuer)
        else:
            listener = await commands(stack) if kind == "commands" else Constant()
            app = await ours(openid_url, issuer, listener, stack)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
