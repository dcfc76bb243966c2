"""The JSON of what the bot sends, written directly: cards are dicts and stay dicts."""

from __future__ import annotations

import html
from typing import Any

import msgspec

from bot.model import Conversation, Person
from bot.ports import Card, Undeliverable
from cards.notes import called

CARD = "application/vnd.microsoft.card.adaptive"
MESSAGE = "application/vnd.microsoft.activity.message"
ERROR = "application/vnd.microsoft.error"
LARGEST = 40 * 1024
"""Bytes of UTF-16 that a card may have: the smallest of the limits that Microsoft names for messages of bots."""

_encode = msgspec.json.Encoder().encode


def card(card: Card, summary: str) -> bytes:
    """A message that is a card and nothing else: Teams splits text and card in two and then returns no id to update."""
    attachment = {"contentType": CARD, "content": _checked(card)}
    return _message(summary, attachments=[attachment])


def text(words: str, mention: Person | None = None) -> bytes:
    """Plain text, so that nothing in it is Markdown; or with a mention of somebody whose name it holds."""
    name = called(mention) if mention is not None else ""
    if mention is None or not name or name not in words or not mention.mri.startswith("29:"):
        return _message(words, text=words, textFormat="plain")
    tag = f"<at>{html.escape(name)}</at>"
    marked = html.escape(words).replace(html.escape(name), tag, 1)
    entity = {"type": "mention", "text": tag, "mentioned": {"id": mention.mri, "name": name}}
    return _message(words, text=marked, textFormat="xml", entities=[entity])


def thread(conversation: Conversation, activity: bytes) -> bytes:
    """What createConversation wants for a new thread in a channel."""
    return _encode(
        {
            "isGroup": True,
            "tenantId": conversation.tenant_id,
            "bot": {"id": conversation.bot_id},
            "channelData": {"channel": {"id": conversation.id}, "tenant": {"id": conversation.tenant_id}},
            "activity": msgspec.Raw(activity),
        }
    )


def chat(user_id: str, tenant_id: str, bot_id: str) -> bytes:
    """What createConversation wants for the chat with a person, by Entra's object id."""
    return _encode(
        {
            "isGroup": False,
            "tenantId": tenant_id,
            "bot": {"id": bot_id},
            "members": [{"id": user_id}],
            "channelData": {"tenant": {"id": tenant_id}},
        }
    )


def in_place(card: Card) -> bytes:
    """The answer to a button that replaces its card."""
    return _encode({"statusCode": 200, "type": CARD, "value": _checked(card)})


def notice(words: str) -> bytes:
    """The answer to a button that shows a short text."""
    return _encode({"statusCode": 200, "type": MESSAGE, "value": words})


def refused(status: int, words: str) -> bytes:
    """The answer to a button that could not be understood or ended in a fault."""
    return _encode({"statusCode": status, "type": ERROR, "value": {"code": str(status), "message": words}})


def _message(summary: str, **fields: Any) -> bytes:
    return _encode({"type": "message", "summary": summary, **fields} if summary else {"type": "message", **fields})


def _checked(card: Card) -> msgspec.Raw:
    """The card's JSON; raises Undeliverable where it is larger than Teams takes."""
    written = _encode(card)
    # UTF-16 never needs more than two bytes for each byte of UTF-8, so that small cards need no second look.
    if len(written) * 2 > LARGEST and (size := len(written.decode().encode("utf-16-le"))) > LARGEST:
        raise Undeliverable(f"The card has {size} bytes in UTF-16, and Teams takes {LARGEST}")
    return msgspec.Raw(written)
