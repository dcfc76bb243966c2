"""Where the bot may speak, and which of those places watch."""

from __future__ import annotations

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import conversations
from bot.adapters.store.sql import insert, pack
from bot.model import Conversation, ConversationKind

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

    async def watching(self) -> list[Conversation]:
        """Conversations that watch and that the bot may still speak in."""
        rows = await self._connection.execute(
            select(conversations.c.body)
            .where(conversations.c.watching, conversations.c.active)
            .order_by(conversations.c.id)
        )
        return [_conversation(body) for body in rows.scalars()]

    async def watches(self, conversation_id: str) -> bool:
        found = await self._connection.execute(
            select(conversations.c.watching).where(conversations.c.id == conversation_id)
        )
        return bool(found.scalar())

    async def save(self, conversation: Conversation) -> None:
        """Remember a conversation; whether it watches stays as it is."""
        row = {"id": conversation.id, "active": conversation.active, "body": pack(conversation)}
        statement = insert(self._connection, conversations).values(**row, watching=False)
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=row))

    async def close(self, conversation_id: str) -> None:
        """The bot was removed from a conversation, or is blocked there: nothing more is sent to it."""
        found = await self._connection.execute(
            select(conversations.c.body).where(conversations.c.id == conversation_id)
        )
        if (body := found.scalar()) is not None:
            await self.save(msgspec.structs.replace(_conversation(body), active=False))

    async def watch(self, conversation_id: str, on: bool) -> None:
        await self._connection.execute(
            update(conversations).where(conversations.c.id == conversation_id).values(watching=on)
        )
