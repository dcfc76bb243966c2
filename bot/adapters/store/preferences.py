"""How people want to be told in their own chat, and who is on call by what was said in chat."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.conversations import Conversations
from bot.adapters.store.schema import duty, preferences
from bot.adapters.store.sql import pack, upsert
from bot.model import ConversationKind
from bot.model.held import Duty, Preferences

_preferences = msgspec.msgpack.Decoder(Preferences).decode
_duty = msgspec.msgpack.Decoder(Duty).decode


class Wishes:
    """Preferences by person; those who never said anything have none."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._chats: Mapping[str, Preferences] | None = None

    async def get(self, person_id: str) -> Preferences:
        found = await self._connection.execute(
            select(preferences.c.body).where(preferences.c.person_id == person_id.lower())
        )
        body = found.scalar()
        return Preferences(person_id=person_id.lower()) if body is None else _preferences(body)

    async def save(self, wanted: Preferences) -> None:
        row = {"person_id": wanted.person_id.lower(), "body": pack(wanted)}
        await upsert(self._connection, preferences, [row], key="person_id")
        self._chats = None

    async def of_chats(self) -> Mapping[str, Preferences]:
        """The wishes of those who have any, by the ids of their chats; read once in a transaction."""
        if self._chats is None:
            rows = await self._connection.execute(select(preferences.c.body))
            wishes = {each.person_id: each for each in map(_preferences, rows.scalars())}
            known = (await Conversations(self._connection).all()).values() if wishes else ()
            self._chats = {
                each.id: wishes[each.user_id.lower()]
                for each in known
                if each.kind is ConversationKind.PERSONAL and each.user_id.lower() in wishes
            }
        return self._chats

    # --- On call ---

    async def duty(self) -> Duty | None:
        """Who is on call by chat; None where nobody said so."""
        body = (await self._connection.execute(select(duty.c.body))).scalar()
        return None if body is None else _duty(body)

    async def put_on_call(self, wanted: Duty | None) -> None:
        """From now on these; None gives it back to the settings."""
        await self._connection.execute(delete(duty))
        if wanted is not None:
            await self._connection.execute(duty.insert().values(id=1, body=pack(wanted)))
