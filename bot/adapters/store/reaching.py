"""Whether what asked somebody on call to take an incident came to them: neither is known while it waits to be sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec
from sqlalchemy import Column, ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import cards, conversations, told
from bot.adapters.store.sql import among
from bot.model import Asked, Conversation, Value
from bot.model.telling import Ended

_conversation = msgspec.msgpack.Decoder(Conversation).decode


class _Refused(Value, frozen=True, kw_only=True):
    incident: int
    place: str
    why: str


class Reaching:
    """What was refused for good, after what was told and where the bot may not speak."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def refused(self, asked: Mapping[int, Asked]) -> dict[int, str]:
        """Why those who were asked last could not be reached, by the numbers of the incidents; nothing of whoever was
        reached since they were asked, or may be yet.
        """
        if not asked:
            return {}
        found = [*await self._given_up(asked), *await self._closed(asked)]
        well = await self._delivered(found)
        return {each.incident: each.why for each in found if not _since(well, each, asked)}

    async def _given_up(self, asked: Mapping[int, Asked]) -> list[_Refused]:
        wanted = select(told.c.incident, told.c.at, told.c.text, conversations.c.body)
        joined = wanted.join(conversations, conversations.c.id == told.c.conversation_id)
        first = min(each.at for each in asked.values())
        rows = await self._connection.execute(
            joined.where(self._about(told.c.incident, asked), told.c.ended == Ended.GIVEN_UP, told.c.at >= first)
        )
        return [
            _Refused(incident=row.incident, place=place.id, why=row.text or "no reason was told")
            for row in rows
            if row.at >= asked[row.incident].at and _is_of(place := _conversation(row.body), asked[row.incident])
        ]

    async def _closed(self, asked: Mapping[int, Asked]) -> list[_Refused]:
        wanted = select(cards.c.incident, conversations.c.body)
        joined = wanted.join(conversations, conversations.c.id == cards.c.conversation_id)
        rows = await self._connection.execute(
            joined.where(self._about(cards.c.incident, asked), conversations.c.active.is_(False))
        )
        return [
            _Refused(incident=row.incident, place=place.id, why=place.closed or "the bot may not speak there")
            for row in rows
            if _is_of(place := _conversation(row.body), asked[row.incident])
        ]

    async def _delivered(self, some: Iterable[_Refused]) -> dict[tuple[int, str], datetime]:
        """When something about the incident came there last."""
        numbers = {each.incident for each in some}
        if not numbers:
            return {}
        latest = select(told.c.incident, told.c.conversation_id, func.max(told.c.at))
        mine = latest.where(self._about(told.c.incident, numbers), told.c.ended == Ended.DELIVERED)
        rows = await self._connection.execute(mine.group_by(told.c.incident, told.c.conversation_id))
        return {(number, place): at for number, place, at in rows}

    def _about(self, column: Column[int], numbers: Iterable[int]) -> ColumnElement[bool]:
        return among(self._connection, column, numbers)


def _is_of(place: Conversation, asked: Asked) -> bool:
    return place.user_id.lower() == asked.person.id.lower()


def _since(well: Mapping[tuple[int, str], datetime], each: _Refused, asked: Mapping[int, Asked]) -> bool:
    """Whether something arrived there since they were asked."""
    at = well.get((each.incident, each.place))
    return at is not None and at >= asked[each.incident].at
