"""The seam behind the front door: who answers the bot's calls, and how the places and people of Teams are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, cast
from urllib.parse import unquote

import msgspec

from sandbox.tenant import Tenant

BOT_NAME = "Syncwatch"
GROUP_CHAT_NAME = "Identity on-call"
CARD_TYPE = "application/vnd.microsoft.card.adaptive"

Json = dict[str, Any]
Admin = Mapping[str, str]
"""One of `tenant.admins`: id, displayName, userPrincipalName."""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What came back of a call: the status and the JSON body, None where there was none."""

    status: int
    body: Any = None
    retry_after: int | None = None

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class Teams(Protocol):
    """Where the bot's calls end: the Playground's connector, or Teams in memory."""

    async def call(self, method: str, path: str, query: str, body: Json) -> Reply:
        """Answer one call of the connector API; `path` begins with /v3/ and keeps its percent signs."""
        ...


def json_object(value: object) -> Json:
    """JSON from outside where an object is expected; anything else counts as an empty one."""
    return cast(Json, value) if isinstance(value, dict) else {}


def json_list(value: object) -> list[Any]:
    """JSON from outside where a list is expected; anything else counts as an empty one."""
    return cast(list[Any], value) if isinstance(value, list) else []


def mri(admin: Admin) -> str:
    """The id by which Teams knows a person."""
    return f"29:{admin['id']}"


def bot_id(tenant: Tenant) -> str:
    return f"28:{tenant.app_id}"


def general(tenant: Tenant) -> str:
    """The team's first channel, whose id is the team's."""
    return str(tenant.team["id"])


def personal_chat(admin: Admin) -> str:
    """The chat of one person with the bot."""
    return f"a:1{admin['id']}"


def group_chat(tenant: Tenant) -> str:
    return f"19:{tenant.team['groupId']}@thread.v2"


def base(conversation: str) -> str:
    """A conversation's id without the thread."""
    return conversation.partition(";")[0]


def thread(conversation: str) -> str:
    """The id of the message that the thread hangs on; empty where the id names no thread."""
    return conversation.partition(";messageid=")[2]


def addressed(path: str, body: Json) -> str:
    """The base id of the conversation that a call of the connector API is about, also of one that it is to make."""
    words = [unquote(part) for part in path.split("/")]
    if words[1:3] in (["v3", "conversations"], ["v3", "teams"]) and len(words) > 3:
        return base(words[3])
    channel = json_object(json_object(body.get("channelData")).get("channel")).get("id")
    people = [json_object(one).get("id") for one in json_list(body.get("members"))]
    if channel or not people:
        return base(str(channel or ""))
    return personal_chat({"id": str(people[0]).removeprefix("29:").lower()})


def is_channel(conversation: str) -> bool:
    return "@thread.tacv2" in conversation or "@thread.skype" in conversation
