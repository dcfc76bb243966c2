"""The connector API of a Teams that lives in memory: conversations, messages, threads, and Teams' own refusals."""

from __future__ import annotations

import json
from typing import Any, Literal
from urllib.parse import unquote

import msgspec

from sandbox.as_teams import now_as_id
from sandbox.memory_refusals import refusal, refused, throttled
from sandbox.teams import Admin, Json, Reply, base, general, group_chat, mri, personal_chat, thread
from sandbox.tenant import Tenant
from sandbox.windows import Windows

BIGGEST = 100 * 1024
"""Bytes of a message, counted in UTF-16."""


class Kept(msgspec.Struct, kw_only=True):
    """One message as it stands. `views` are the cards that only one person sees, by that person's id."""

    id: str
    conversation: str
    root: str
    sender: str
    activity: Json
    views: dict[str, Json] = msgspec.field(default_factory=dict[str, Json])


class MemoryConnector:
    """Answers the bot's calls. `limits` turns on Teams' windows, and `throttled` counts what they refused.

    `closed` holds what a conversation answers instead; every call to a person's chat is refused while the person does
    not have the app.
    """

    def __init__(self, tenant: Tenant, *, limits: bool = False) -> None:
        self.tenant = tenant
        self.messages: list[Kept] = []
        self.closed: dict[str, Reply] = {}
        self.throttled = self.created = 0
        self._windows = Windows(tenant.clock) if limits else None
        self._last = 0
        channels = {str(one["id"]) for one in tenant.team["channels"]} | {general(tenant)}
        self._places = channels | {group_chat(tenant)}
        self._chats = {personal_chat(one): one for one in tenant.everybody.values()}

    async def call(self, method: str, path: str, query: str, body: Json) -> Reply:
        del query
        match method, [unquote(part) for part in path.split("/")[2:]]:
            case "POST", ["conversations"]:
                return self._create(body)
            case "POST", ["conversations", where, "activities", *_]:
                return self._refusal(where) or self._send(where, body)
            case ("PUT" | "DELETE") as verb, ["conversations", where, "activities", number]:
                return self._refusal(where) or self._alter(verb, where, number, body)
            case "GET", ["conversations", where, "members"]:
                return self._refusal(where, counted=False) or Reply(status=200, body=self._members(where))
            case "GET", ["conversations", where, "pagedmembers"]:
                return self._refusal(where, counted=False) or Reply(status=200, body={"members": self._members(where)})
            case "GET", ["conversations", where, "members", who]:
                return self._refusal(where, counted=False) or self._member(where, who)
            case "GET", ["teams", team, *rest] if team == general(self.tenant) and rest in ([], ["conversations"]):
                return Reply(status=200, body=self._team(rest))
            case _:
                return refused(404, "NotFound", f"There is no {method} {path}.")

    def refuse(self, conversation: str, code: str) -> None:
        """From now on every call to a conversation is answered by this error, one of those that Microsoft documents."""
        self.closed[base(conversation)] = refusal(code)

    def allow(self, conversation: str) -> None:
        """A conversation that was refused takes calls again."""
        self.closed.pop(base(conversation), None)

    def know(self, *conversations: str) -> None:
        """There are these conversations too."""
        self._places.update(conversations)

    def add(self, conversation: str, sender: str, activity: Json, root: str = "") -> Kept:
        """Keep a message of the bot or of a person; in a channel without `root` it opens a thread."""
        self._last = max(self._last + 1, now_as_id(self.tenant.clock()))
        kept = Kept(id=str(self._last), conversation=base(conversation), root=root, sender=sender, activity=activity)
        self.messages.append(kept)
        self.changed()
        return kept

    def changed(self) -> None:
        """Called after every change; the part that waits for changes overrides it."""

    def _refusal(self, where: str, *, counted: bool = True) -> Reply | None:
        if base(where) in self.closed:
            return self.closed[base(where)]
        if (person := self._chats.get(base(where))) is not None and not self.tenant.apps.has(person["id"]):
            return refusal("BotNotInConversationRoster")
        if person is None and base(where) not in self._places:
            return refusal("ConversationNotFound")
        if counted and self._windows and (seconds := self._windows.take(base(where))):
            self.throttled += 1
            return throttled(seconds)
        return None

    def _create(self, body: Json) -> Reply:
        if isinstance(channel := _inside(body, "channelData", "channel", "id"), str):
            if found := self._refusal(channel):
                return found
            sent = self._send(channel, body.get("activity") or {})
            if not sent.ok or sent.body is None:
                return sent
            number = sent.body["id"]
            return Reply(status=201, body={"id": f"{base(channel)};messageid={number}", "activityId": number})
        person = self._person(str(_inside(body, "members", 0, "id")))
        if person is None or not self.tenant.apps.has(person["id"]):
            return refusal("ForbiddenOperationException")
        if found := self._refusal(where := personal_chat(person)):
            return found
        self.created += 1
        return Reply(status=201, body={"id": where})

    def _send(self, where: str, body: Json) -> Reply:
        if len(json.dumps(body, ensure_ascii=False).encode("utf-16-le")) > BIGGEST:
            return refusal("MessageSizeTooBig")
        if body.get("type") == "typing":
            return Reply(status=202)
        root = thread(where)
        if root and self.find(where, root) is None:
            return refusal("ConversationNotFound")
        if body.get("text") and body.get("attachments"):  # Teams makes two messages of this and tells the id of neither
            self.add(where, "", {**body, "attachments": []}, root)
            self.add(where, "", {**body, "text": ""}, root)
            return Reply(status=202)
        return Reply(status=201, body={"id": self.add(where, "", body, root).id})

    def _alter(self, verb: Literal["PUT", "DELETE"], where: str, number: str, body: Json) -> Reply:
        kept = self.find(where, number)
        if kept is None:
            return refusal("ActivityNotFoundInConversation")
        if kept.sender:
            return refusal("NotEnoughPermissions")
        if verb == "DELETE":
            self.messages.remove(kept)
        else:
            kept.activity, kept.views = body, {}
        self.changed()
        return Reply(status=200, body={"id": number} if verb == "PUT" else None)

    def find(self, where: str, number: str) -> Kept | None:
        return next((one for one in self.messages if one.id == number and one.conversation == base(where)), None)

    def _person(self, who: str) -> Admin | None:
        """Somebody of the company, by the id of Entra or of Teams."""
        return self.tenant.everybody.get(who.removeprefix("29:").lower())

    def _members(self, where: str) -> list[Json]:
        alone = self._chats.get(base(where))
        return [self._account(one) for one in ((alone,) if alone else self.tenant.admins)]

    def _member(self, where: str, who: str) -> Reply:
        found = next((one for one in self._members(where) if who in (one["id"], one["aadObjectId"])), None)
        return refusal("MemberNotFoundInConversation") if found is None else Reply(status=200, body=found)

    def _account(self, admin: Admin) -> Json:
        return {
            "id": mri(admin),
            "aadObjectId": admin["id"],
            "name": admin["displayName"],
            "userPrincipalName": admin["userPrincipalName"],
            "email": admin["userPrincipalName"],
            "tenantId": self.tenant.id,
            "userRole": "user",
        }

    def _team(self, rest: list[str]) -> Json:
        team = self.tenant.team
        if rest:
            # General bears the team's id, and no name: each client has its own word for it.
            named = {one["id"]: one["name"] for one in team["channels"]} | {general(self.tenant): None}
            return {"conversations": [{"id": each, "name": name} for each, name in named.items()]}
        return {"id": team["id"], "name": team["name"], "aadGroupId": team["groupId"], "tenantId": self.tenant.id}


def _inside(value: Any, *keys: str | int) -> Any:
    """What stands under these keys, None where anything on the way is missing or of another kind."""
    for key in keys:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
    return value
