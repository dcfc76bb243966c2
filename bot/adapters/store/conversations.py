"""Where the bot may speak, and to which of those places a route of chat leads."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store import moving
from bot.adapters.store.routes import Routes
from bot.adapters.store.schema import cards, conversations, posts, routes
from bot.adapters.store.sql import insert, pack
from bot.model import PERSON, Conversation, ConversationKind, ConversationState

_OF_TEAMS = (ConversationKind.CHANNEL, ConversationKind.GROUP, ConversationKind.PERSONAL)
_conversation = msgspec.msgpack.Decoder(Conversation).decode


class Conversations:
    """Conversations by their base id."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> dict[str, Conversation]:
        rows = await self._connection.execute(select(conversations.c.body))
        return {each.id: each for each in map(_conversation, rows.scalars())}

    async def get(self, conversation_id: str) -> Conversation | None:
        found = await self._connection.execute(
            select(conversations.c.body).where(conversations.c.id == conversation_id)
        )
        body = found.scalar()
        return None if body is None else _conversation(body)

    async def own(self, user_id: str) -> Conversation | None:
        """The chat in which the bot may speak with somebody alone."""
        known = (each for each in (await self.all()).values() if each.kind is ConversationKind.PERSONAL)
        return next((each for each in known if each.active and user_id and each.user_id == user_id), None)

    async def unopened(self, user_id: str) -> list[str]:
        """The ids under which somebody is to be told something in a chat that was not open yet."""
        if not user_id:
            return []
        mine = func.lower(conversations.c.id) == f"{PERSON}{user_id.lower()}"
        return list((await self._connection.execute(select(conversations.c.id).where(mine))).scalars())

    async def sought(self, user_id: str) -> bool:
        """Whether the bot is about to open somebody's chat, or was until something went wrong for a while: it has something
        to say there, and may.
        """
        return any([await self._is_owed(each) for each in await self.unopened(user_id)])

    async def _is_owed(self, conversation_id: str) -> bool:
        known = await self.get(conversation_id)
        if known is None or not known.active:
            return False
        owed = [select(each.c.id).where(each.c.conversation_id == conversation_id).limit(1) for each in (cards, posts)]
        return any([(await self._connection.execute(each)).scalar() is not None for each in owed])

    async def move(self, old_id: str, new_id: str) -> None:
        """What is told to one conversation is told to another from now on, in its place; the other is there already."""
        await Routes(self._connection).move(old_id, new_id)
        await moving.move(self._connection, old_id, new_id)
        await self._connection.execute(delete(conversations).where(conversations.c.id == old_id))

    async def revive(self, conversation_id: str, now: datetime) -> None:
        """It is open again: what was given up there meanwhile is due, if it is still worth telling."""
        await moving.revive(self._connection, conversation_id, now)

    async def address(self) -> str:
        """The service URL of some conversation that Teams has told, "" where there is none."""
        rows = await self._connection.execute(
            select(conversations.c.body).where(conversations.c.active).order_by(conversations.c.id).limit(100)
        )
        known = (each for each in map(_conversation, rows.scalars()) if each.kind in _OF_TEAMS)
        return next((each.service_url for each in known if each.service_url), "")

    async def watching(self) -> list[Conversation]:
        """Conversations that a route of chat leads to and that the bot may still speak in."""
        led_to = conversations.c.id.in_(select(routes.c.receiver))
        rows = await self._connection.execute(
            select(conversations.c.body).where(led_to, conversations.c.active).order_by(conversations.c.id)
        )
        return [_conversation(body) for body in rows.scalars()]

    async def save(self, conversation: Conversation) -> None:
        """Remember a conversation."""
        if conversation.active:
            conversation = msgspec.structs.replace(conversation, state=ConversationState.OPEN, closed="")
        row = {"id": conversation.id, "active": conversation.active, "body": pack(conversation)}
        statement = insert(self._connection, conversations).values(**row)
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=row))

    async def close(self, conversation_id: str, why: str = "") -> None:
        """A delivery was refused because the conversation is closed to the bot: nothing more is sent to it."""
        if (known := await self.get(conversation_id)) is not None:
            state = ConversationState.REFUSED
            await self.save(msgspec.structs.replace(known, active=False, state=state, closed=why[:500]))
