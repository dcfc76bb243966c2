"""Teams: hears activities over HTTP and tells the listener, and speaks unasked. Nothing else knows botbuilder."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import NoReturn, cast

import msgspec
from aiohttp import web
from botbuilder.core import CloudAdapterBase, TurnContext
from botbuilder.schema import Activity, ChannelAccount, ConversationAccount

from bot.adapters import trust
from bot.adapters.teams import naming, outgoing, wire
from bot.adapters.teams.auth import Authentication, Unauthorized
from bot.adapters.teams.background import Background
from bot.adapters.teams.chats import Chats, Install
from bot.adapters.teams.connector import Connector, Connectors, Http, Token
from bot.adapters.teams.keys import Keys
from bot.adapters.teams.seen import Seen
from bot.adapters.teams.turns import PRESS_PATIENCE, Pause, Reply, Turns
from bot.model import PERSON, Conversation, ConversationKind, Posted
from bot.ports import Answer, Called, CannotLook, Clock, Listener, Message, Moved, uncounted

log = logging.getLogger(__name__)

Look = Callable[[Conversation, str], Awaitable[Posted | None]]

LARGEST = 256 * 1024
"""Bytes of an activity; the Bot Connector itself stops there."""


async def _general() -> str:
    """Microsoft's address of the connector for all regions."""
    return "https://smba.trafficmanager.net/teams/"


class Teams:
    """The bot's end of Microsoft Teams; a Messenger, and `receive` for /api/messages."""

    def __init__(
        self,
        *,
        app_id: str,
        tenant_id: str,
        openid_url: str,
        issuer: str,
        token: Token,
        listener: Listener,
        clock: Clock,
        look: Look | None = None,
        install: Install | None = None,
        address: Callable[[], Awaitable[str]] = _general,
        ca_file: Path | None = None,
        patience: float = PRESS_PATIENCE,
        pause: Pause = asyncio.sleep,
        called: Called = uncounted,
    ) -> None:
        self._tenant_id, self._look, self._keys_url = tenant_id.lower(), look, openid_url
        self._http = Http(trust.context(ca_file), called)
        self._listener, self._bot_id, self._heard_at, self._known_at = listener, f"28:{app_id}", "", address
        self._keys = Keys(openid_url, self._http.fetch, clock)
        self._connectors = Connectors(self._http, token, clock)
        authentication = Authentication(
            app_id=app_id,
            issuer=issuer,
            openid_url=openid_url,
            keys=self._keys,
            connectors=self._connectors,
            clock=clock,
        )
        self._adapter, self._background = CloudAdapterBase(authentication), Background()
        self._chats = Chats(self._connectors, Seen(clock), bot_id=self._bot_id, address=self._address, install=install)
        self._turns = Turns(listener, Seen(clock), self._background, self._welcome, patience=patience, pause=pause)

    # --- hearing -------------------------------------------------------------------------------------------------------

    async def receive(self, request: web.Request) -> web.Response:
        """Answer a request to /api/messages."""
        header = request.headers.get("Authorization")
        if not header:
            return _refuse(401, "An Authorization header is required.")
        try:
            body = await request.read()
        except (web.RequestPayloadError, ConnectionError):
            return _refuse(400, "The body cannot be read.")
        if len(body) > LARGEST:
            return _refuse(413, "An activity may have 256 KB at most.")
        try:
            activity = wire.decode(body)
            reply = await self._turn(header, activity)
        except msgspec.MsgspecError as error:
            log.warning("activity refused", extra={"reason": str(error)[:200]})
            return _refuse(400, f"This is not an activity: {error}"[:300])
        except Unauthorized as error:
            log.warning("caller refused", extra={"reason": str(error)[:200]})
            return _refuse(401, "The token is not valid here.")
        return web.Response(status=reply.status, body=reply.body or None, content_type="application/json")

    async def _turn(self, header: str, activity: wire.Incoming) -> Reply:
        """Run botbuilder's turn: it authenticates the caller, finds the connector and runs its middleware."""
        replies: list[Reply] = []

        async def turn(context: TurnContext) -> None:
            if activity.channel_id != "msteams" or activity.tenants != {self._tenant_id}:
                log.warning("foreign activity refused", extra={"tenants": ", ".join(sorted(activity.tenants))[:200]})
                replies.append(Reply(403, b'{"error":"This bot does not serve this tenant."}'))
                return
            self._heard_at = activity.service_url
            connector = cast("Connector", context.turn_state[CloudAdapterBase.BOT_CONNECTOR_CLIENT_KEY])
            replies.append(await self._turns.take(activity, connector))

        await self._adapter.process_activity(header, _shell(activity), turn)  # pyright: ignore[reportUnknownMemberType]
        return replies[0]

    async def _welcome(self, conversation: Conversation, answer: Answer) -> Posted:
        return await self.post(conversation, Message(card=answer.card, summary=answer.summary))

    # --- speaking ------------------------------------------------------------------------------------------------------

    async def post(self, conversation: Conversation, message: Message) -> Posted:
        """A card of its own: in a channel the first of a new thread."""
        if conversation.id.startswith(PERSON):
            await self._open(conversation)
        connector = self._connectors.to(conversation.service_url)
        written = outgoing.card(message.card, message.summary)
        if conversation.kind is not ConversationKind.CHANNEL:
            sent = await connector.send(conversation.id, written)
            return Posted(activity_id=sent.id, thread_id=conversation.id)
        made = await connector.create(outgoing.thread(conversation, written))
        root = made.activity_id or made.id.partition(";messageid=")[2]
        return Posted(activity_id=root, thread_id=made.id)

    async def _open(self, person: Conversation) -> NoReturn:
        """Open the chat with a person and tell of it. What is to be said there is said to the chat itself, later."""
        await self._listener.joined(await self._chats.open(person), installed=False)
        raise Moved("The chat with this person was opened")

    async def _address(self) -> str:
        """The service URL that was heard last, or that is known from before."""
        return self._heard_at or await self._known_at()

    async def update(self, conversation: Conversation, posted: Posted, message: Message) -> None:
        connector = self._connectors.to(conversation.service_url)
        await connector.update(posted.thread_id, posted.activity_id, outgoing.card(message.card, message.summary))

    async def note(self, conversation: Conversation, posted: Posted, text: str, message: Message) -> None:
        connector = self._connectors.to(conversation.service_url)
        await connector.send(posted.thread_id, outgoing.text(text, message.mention))

    @property
    def looks(self) -> bool:
        return self._look is not None

    async def find(self, conversation: Conversation, marker: str) -> Posted | None:
        if self._look is None:
            raise CannotLook("READ_BACK is off, so the bot does not read its channels.")
        return await self._look(conversation, marker)

    async def named(self, channel: Conversation) -> Conversation:
        """The channel with the names that it lacks. Raises TryLater or Undeliverable."""
        return await naming.named(self._connectors.to(channel.service_url), channel)

    # --- being there ---------------------------------------------------------------------------------------------------

    def problems(self) -> list[str]:
        """What keeps people from being heard, in sentences."""
        return [self._keys.problem] if self._keys.problem else []

    async def server_time(self) -> datetime | None:
        """The time by the server of the keys that sign what Teams sends. Raises SourceDown where it cannot be reached."""
        return await self._http.time_at(self._keys_url)

    async def close(self) -> None:
        """Finish what is being answered, then hang up."""
        await self._background.close()
        await self._http.close()


def _shell(activity: wire.Incoming) -> Activity:
    """As much of the activity as botbuilder's authentication and middleware look at."""
    return Activity(
        type=activity.type,
        id=activity.id or "",
        channel_id=activity.channel_id,
        service_url=activity.service_url,
        conversation=ConversationAccount(id=activity.conversation.id, tenant_id=activity.conversation.tenant_id),
        recipient=ChannelAccount(id=activity.recipient.id),
    )


def _refuse(status: int, words: str) -> web.Response:
    return web.json_response({"error": words}, status=status)
