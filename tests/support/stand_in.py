"""A bot of a few lines in place of the real one: greets where it is added, echoes what it hears, answers a button.

`python tests/support/stand_in.py sandbox` is `python app.py sandbox` with this bot in it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import ssl
import sys
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import aiohttp
from aiohttp import web

Json = dict[str, Any]
CARD = "application/vnd.microsoft.card.adaptive"


def card(title: str, *buttons: str) -> Json:
    actions = [{"type": "Action.Execute", "title": one, "verb": one.lower(), "data": {"of": title}} for one in buttons]
    body = [{"type": "TextBlock", "text": title, "style": "heading", "wrap": True}]
    return {"type": "AdaptiveCard", "version": "1.5", "body": body, "actions": actions}


def message(content: Json) -> Json:
    return {"type": "message", "summary": "a card", "attachments": [{"contentType": CARD, "content": content}]}


class StandIn:
    """The bot; `heard` is every activity, `authorizations` are the headers they came with."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.settings = settings
        self.heard: list[Json] = []
        self.authorizations: list[str] = []
        self.app = web.Application()
        self.app.router.add_post("/api/messages", self._messages)
        self.app.router.add_get("/readyz", self._ready)
        self.app.cleanup_ctx.append(self._session)
        self._token = ""

    async def call(self, method: str, url: str, body: Json) -> tuple[int, Any]:
        """Call the connector with a token of the login."""
        self._token = self._token or await self._sign_in()
        headers = {"Authorization": f"Bearer {self._token}"}
        async with self.http.request(method, url, json=body, headers=headers) as answer:
            known = answer.content_type == "application/json"
            return answer.status, await answer.json() if known else None

    async def post(self, activity: Json, body: Json) -> str:
        """Say something in the conversation that an activity came from."""
        status, answer = await self.call("POST", self.place(activity), body)
        if status != 201:
            raise RuntimeError(f"the door answers {status} {answer}")
        return answer["id"]

    def place(self, activity: Json, number: str = "") -> str:
        where = quote(activity["conversation"]["id"], safe="")
        return f"{activity['serviceUrl']}v3/conversations/{where}/activities{'/' if number else ''}{number}"

    async def _messages(self, request: web.Request) -> web.Response:
        activity: Json = await request.json()
        self.heard.append(activity)
        self.authorizations.append(request.headers.get("Authorization", ""))
        match activity["type"]:
            case "installationUpdate":
                await self.post(activity, message(card("Three users fail", "Acknowledge")))
            case "message":
                await self.post(activity, message(card(f"You said {activity['text']}", "Acknowledge")))
            case "invoke":
                changed = card(f"{activity['value']['action']['data']['of']}: acknowledged")
                await self.call("PUT", self.place(activity, activity["replyToId"]), message(changed))
                return web.json_response({"statusCode": 200, "type": CARD, "value": changed})
            case _:
                pass
        return web.Response()

    async def _ready(self, _: web.Request) -> web.Response:
        return web.json_response({"ready": True})

    async def _sign_in(self) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.settings["APP_ID"],
            "client_secret": self.settings["APP_SECRET"],
            "scope": "https://api.botframework.com/.default",
        }
        url = f"{self.settings['LOGIN_URL']}/{self.settings['TENANT_ID']}/oauth2/v2.0/token"
        trusted = ssl.create_default_context(cafile=self.settings["CA_FILE"])
        async with self.http.post(url, data=form, ssl=trusted) as answer:
            return (await answer.json())["access_token"]

    async def _session(self, _: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as self.http:
            yield


def main() -> int:
    """`serve` is the bot; `sandbox …` is the sandbox with this bot in it; `die` is a bot that does not start."""
    if sys.argv[1] == "serve":
        web.run_app(StandIn(dict(os.environ)).app, host=os.environ["HOST"], port=int(os.environ["PORT"]), print=None)
        return 0
    if sys.argv[1] == "die":
        sys.exit("The settings are not complete.")
    from sandbox import run

    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["sandbox"])
    parser.add_argument("--bot", default="serve")
    parser.add_argument("--story", default="quiet")
    parser.add_argument("--port", type=int)
    words = parser.parse_args()
    options = run.Options(story=words.story, port=words.port, bot=(*run.BOT[:2], __file__, words.bot))
    return asyncio.run(run.run(options))


if __name__ == "__main__":
    sys.exit(main())
