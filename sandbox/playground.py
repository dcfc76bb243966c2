"""Microsoft 365 Agents Playground, started as the Teams client: five colleagues, one team, one group chat."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Self

import aiohttp
import yaml
from yarl import URL

from sandbox.child import Child
from sandbox.home import StartFailed
from sandbox.node import MODULES
from sandbox.teams import (
    BOT_NAME,
    GROUP_CHAT_NAME,
    Admin,
    Json,
    Reply,
    bot_id,
    group_chat,
    json_list,
    mri,
    personal_chat,
)
from sandbox.tenant import Tenant

SCRIPT = MODULES / "@microsoft" / "m365agentsplayground" / "cli.js"
PRELOAD = Path(__file__).with_name("loopback.js")


class Playground:
    """Use as `async with`: its own page is at `url`, and the bot's calls end at its connector."""

    def __init__(self, tenant: Tenant, node: str, *, port: int, home: Path) -> None:
        self.url = f"http://127.0.0.1:{port}/"
        self._log = (home / "playground.log").resolve()
        self._tenant, self._node, self._port, self._home = tenant, node, port, home

    def through(self, door_url: str) -> Self:
        """Name the door that stands before the bot, and be ready to be entered."""
        folder = self._home / "playground"
        folder.mkdir(parents=True, exist_ok=True)
        text = yaml.safe_dump(configuration(self._tenant), allow_unicode=True, sort_keys=False)
        (folder / ".m365agentsplayground.yml").write_text(text, "utf-8")
        words = ("start", "-e", f"{door_url}api/messages", "-c", "msteams", "-p", self._port, "--su", door_url, "--dt")
        self.child = Child(
            [self._node, "-r", PRELOAD, SCRIPT, *map(str, words)],
            log=self._home / "node.log",
            cwd=folder,
            environment={"TEAMSAPPTESTER_BROWSER": "none", "M365_AGENTS_PLAYGROUND_LOGFILE": str(self._log)},
        )
        return self

    async def __aenter__(self) -> Self:
        self._log.unlink(missing_ok=True)
        await self.child.__aenter__()
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()
        await self.child.__aexit__()

    async def ready(self, seconds: float = 60) -> None:
        """Wait until it serves its configuration; it says "listening" long before it has read it. Raises StartFailed."""
        try:
            async with asyncio.timeout(seconds):
                while not await self._answers():
                    if not self.child.running:
                        raise StartFailed(f"The Playground has ended: {self.reason()}")
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise StartFailed(f"The Playground did not start within {seconds:.0f} seconds: {self.reason()}") from None

    async def call(self, method: str, path: str, query: str, body: Json) -> Reply:
        """Pass a call of the bot on to the Playground's connector."""
        url = URL(f"{self.url}_connector{path}{'?' if query else ''}{query}", encoded=True)
        try:
            async with self._session.request(method, url, json=_known(path, body) or None) as answer:
                text = await answer.text(errors="replace")
                return Reply(status=answer.status, body=await answer.json(content_type=None) if text else None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            reason = {"error": {"code": "ServiceUnavailable", "message": f"The Playground: {type(error).__name__}."}}
            return Reply(status=503, body=reason)

    def reason(self) -> str:
        """Why it ended, as its log says."""
        words = self._log.read_text("utf-8", "replace") if self._log.exists() else ""
        told = [line.partition("Reason:")[2].strip() for line in words.splitlines() if line.startswith("error Reason:")]
        return told[-1] if told else self.child.last_words(1) or f"see {self._log}"

    async def _answers(self) -> bool:
        try:
            async with self._session.get(f"{self.url}_internal/v1/config") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False


def configuration(tenant: Tenant) -> Json:
    """The Playground's own file: it insists on the current user and exactly five others, the last of them a guest."""
    guest = {
        "id": tenant.team["groupId"],
        "displayName": "Guest of the house",
        "userPrincipalName": "guest@example.com",
    }
    me, *others = tenant.admins
    first, *channels = tenant.team["channels"]
    return {
        "version": "0.1.1",
        "tenantId": tenant.id,
        "bot": {"id": bot_id(tenant), "name": BOT_NAME},
        "currentUser": _user(me),
        "users": [_user(one) for one in [*others, guest][:5]],
        "personalChat": {"id": personal_chat(me)},
        "groupChat": {"id": group_chat(tenant), "name": GROUP_CHAT_NAME},
        "team": {
            "id": first["id"],
            "name": tenant.team["name"],
            "aadGroupId": tenant.team["groupId"],
            "channels": [{"id": one["id"], "name": one["name"]} for one in channels[:1]],
        },
    }


def _user(admin: Admin) -> Json:
    given, _, surname = admin["displayName"].partition(" ")
    return {
        "id": mri(admin),
        "name": admin["displayName"],
        "userPrincipleName": admin["userPrincipalName"],
        "aadObjectId": admin["id"],
        "givenName": given,
        "surname": surname,
        "email": admin["userPrincipalName"],
    }


def _known(path: str, body: Json) -> Any:
    """The Playground knows people only by their Teams ids; Teams takes Entra ids as well."""
    if path != "/v3/conversations" or "members" not in body:
        return body
    people = [{**one, "id": _as_mri(str(one.get("id", "")))} for one in json_list(body["members"])]
    return {**body, "members": people}


def _as_mri(who: str) -> str:
    return who if who.startswith("29:") else f"29:{who}"
