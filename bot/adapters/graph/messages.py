"""Reads a channel or chat back through Graph, to see whether a message whose outcome is unknown did arrive."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from bot.adapters.graph.client import Ask, GraphClient
from bot.adapters.graph.errors import GraphDown, permission
from bot.adapters.graph.wire import Message, Messages
from bot.model import Conversation, ConversationKind, Posted
from bot.ports import CannotLook

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation
    from msgraph.graph_service_client import GraphServiceClient

_PAGE = 50
_MOST_PAGES = 3
_MOST_THREADS = 10
_CHANNEL = "ChannelMessage.Read.All"
_CHAT = "Chat.Read.All"


class GraphMessages:
    """Looks for the bot's own messages; anybody else's text is not looked at, whatever it holds."""

    def __init__(self, client: GraphClient, *, app_id: str) -> None:
        self._client = client
        self._app_id = app_id.lower()

    async def find(self, conversation: Conversation, marker: str) -> Posted | None:
        """The newest message of the bot that holds the marker: a post, or a reply to one of its newest posts.

        Raises CannotLook where Graph does not allow it, SourceDown where Graph does not answer.
        """
        if conversation.kind is ConversationKind.PERSONAL:
            raise CannotLook("Graph does not know a bot's personal chats by the id that the bot knows them by.")
        if conversation.kind is ConversationKind.CHANNEL and not conversation.team_group_id:
            raise CannotLook("The team's group id is not known, so its channel cannot be read back.")
        needs = _CHANNEL if conversation.kind is ConversationKind.CHANNEL else _CHAT
        try:
            return await self._look(conversation, marker, needs)
        except GraphDown as error:
            if error.status in (401, 403, 404):
                raise CannotLook(
                    f"Graph cannot read the conversation back ({error.status}). {permission(needs)}"
                ) from None
            raise

    async def _look(self, conversation: Conversation, marker: str, needs: str) -> Posted | None:
        roots: list[Message] = []
        ask: Ask = _first_page(conversation)
        for _ in range(_MOST_PAGES):
            page = await self._client.get(ask, Messages, needs=needs)
            mine = [message for message in page.value or () if self._is_mine(message)]
            if found := _holding(mine, marker):
                return _posted(conversation, found, found)
            roots += mine
            if not page.next_link:
                break
            ask = self._client.next_page(page.next_link)
        return await self._in_threads(conversation, roots[:_MOST_THREADS], marker, needs)

    async def _in_threads(self, where: Conversation, roots: list[Message], marker: str, needs: str) -> Posted | None:
        if where.kind is not ConversationKind.CHANNEL:
            return None
        for root in roots:
            replies = await self._client.get(_replies(where, root), Messages, needs=needs)
            mine = [message for message in replies.value or () if self._is_mine(message)]
            if found := _holding(mine, marker):
                return _posted(where, found, root)
        return None

    def _is_mine(self, message: Message) -> bool:
        sender = message.sender.application if message.sender else None
        return bool(message.id) and sender is not None and (sender.id or "").lower() == self._app_id


def _holding(messages: list[Message], marker: str) -> Message | None:
    return next((message for message in messages if any(marker in text for text in _texts(message))), None)


def _texts(message: Message) -> list[str]:
    body = html.unescape(message.body.content or "") if message.body else ""
    return [body, *(attachment.content or "" for attachment in message.attachments or ())]


def _posted(conversation: Conversation, found: Message, root: Message) -> Posted:
    thread = conversation.id
    if conversation.kind is ConversationKind.CHANNEL:
        thread = f"{conversation.id};messageid={root.id}"
    return Posted(activity_id=found.id or "", thread_id=thread)


def _first_page(conversation: Conversation) -> Ask:
    def ask(graph: GraphServiceClient) -> RequestInformation:
        if conversation.kind is ConversationKind.CHANNEL:
            team = graph.teams.by_team_id(conversation.team_group_id)
            request = team.channels.by_channel_id(conversation.id).messages.to_get_request_information()
        else:
            request = graph.chats.by_chat_id(conversation.id).messages.to_get_request_information()
        request.query_parameters = {"%24top": _PAGE}
        return request

    return ask


def _replies(conversation: Conversation, root: Message) -> Ask:
    def ask(graph: GraphServiceClient) -> RequestInformation:
        channel = graph.teams.by_team_id(conversation.team_group_id).channels.by_channel_id(conversation.id)
        request = channel.messages.by_chat_message_id(root.id or "").replies.to_get_request_information()
        request.query_parameters = {"%24top": _PAGE}
        return request

    return ask
