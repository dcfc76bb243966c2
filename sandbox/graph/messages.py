"""Messages of channels and chats over Graph, as the bot reads back what it posted."""

from __future__ import annotations

import html
import json
from datetime import datetime
from typing import Any

from sandbox.graph.paging import Row, follow, only, page, top_of
from sandbox.graph.routing import Ask, GraphError, Reply, route
from sandbox.ids import graph_time, guid
from sandbox.rows import Json

USUAL, MOST = 20, 50
_CHANNEL = "/teams/{teamId}/channels/{channelId}/messages"


@route("GET", _CHANNEL)
def channel_messages(ask: Ask) -> Reply:
    """The messages that begin threads, newest first."""
    return _listed(ask, [message for message in _channel(ask) if not message["thread"]])


@route("GET", f"{_CHANNEL}/{{messageId}}")
def channel_message(ask: Ask) -> Reply:
    for message in _channel(ask):
        if message["id"] == ask.parts["messageId"]:
            return Reply(body=_message(ask, message))
    raise _unknown(ask.parts["messageId"])


@route("GET", f"{_CHANNEL}/{{messageId}}/replies")
def replies(ask: Ask) -> Reply:
    """The replies in one thread, newest first."""
    return _listed(ask, [message for message in _channel(ask) if message["thread"] == ask.parts["messageId"]])


@route("GET", "/chats/{chatId}/messages")
def chat_messages(ask: Ask) -> Reply:
    messages = ask.tenant.messages.get(ask.parts["chatId"])
    if messages is None:
        raise _unknown(ask.parts["chatId"])
    return _listed(ask, messages)


def _channel(ask: Ask) -> list[Json]:
    team = ask.tenant.team
    if ask.parts["teamId"] != team["groupId"]:
        raise _unknown(ask.parts["teamId"])
    if ask.parts["channelId"] not in {channel["id"] for channel in team["channels"]}:
        raise _unknown(ask.parts["channelId"])
    return ask.tenant.messages.get(ask.parts["channelId"], [])


def _listed(ask: Ask, messages: list[Json]) -> Reply:
    only(ask, "$top", "$skiptoken")
    if (rest := follow(ask)) is not None:
        return rest
    newest_first = sorted(messages, key=lambda message: message["at"], reverse=True)
    return page(ask, newest_first, top_of(ask, USUAL, MOST), lambda message: _message(ask, message))


def _message(ask: Ask, message: Row) -> Json:
    """A chatMessage; cards are attachments whose content is JSON in a string."""
    activity = message["activity"]
    attachments = [_attachment(message["id"], number, found) for number, found in enumerate(_cards(activity))]
    text = html.escape(str(activity.get("text") or ""))
    marks = "".join(f'<attachment id="{attachment["id"]}"></attachment>' for attachment in attachments)
    at: datetime = message["at"]
    channel = ask.parts.get("channelId")
    return {
        "id": message["id"],
        "replyToId": message["thread"] or None,
        "etag": message["id"],
        "messageType": "message",
        "createdDateTime": graph_time(at),
        "lastModifiedDateTime": graph_time(at),
        "deletedDateTime": None,
        "subject": None,
        "summary": activity.get("summary"),
        "chatId": ask.parts.get("chatId"),
        "importance": "normal",
        "channelIdentity": {"teamId": ask.parts["teamId"], "channelId": channel} if channel else None,
        "from": _from(ask, activity),
        "body": {"contentType": "html", "content": f"{text}{marks}"},
        "attachments": attachments,
        "mentions": [],
        "reactions": [],
    }


def _cards(activity: Json) -> list[Json]:
    attachments: list[Any] = activity.get("attachments") or []
    return [found for found in attachments if isinstance(found, dict)]


def _attachment(message_id: str, number: int, attachment: Json) -> Json:
    content: Any = attachment.get("content")
    return {
        "id": guid("attachment", message_id, number),
        "contentType": attachment.get("contentType"),
        "contentUrl": None,
        "content": content if isinstance(content, str) else json.dumps(content, ensure_ascii=False),
        "name": attachment.get("name"),
        "thumbnailUrl": None,
    }


def _from(ask: Ask, activity: Json) -> Json:
    """Who wrote it; everything that the door saw posted was the bot, unless the activity names somebody."""
    sender: Json = activity.get("from") or {}
    if sender.get("aadObjectId"):
        user = {"id": sender["aadObjectId"], "displayName": sender.get("name"), "userIdentityType": "aadUser"}
        return {"application": None, "device": None, "user": {**user, "tenantId": ask.tenant.id}}
    name = sender.get("name") or "Syncwatch"
    bot = {"id": ask.tenant.app_id, "displayName": name, "applicationIdentityType": "bot"}
    return {"application": bot, "device": None, "user": None}


def _unknown(identity: str) -> GraphError:
    return GraphError(404, "NotFound", f"'{identity}' was not found.")
