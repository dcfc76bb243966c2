"""What was told of each incident, to whom and how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, exists, func, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import MICROSECOND, cards, told
from bot.adapters.store.settling import BETWEEN_UPDATES
from bot.adapters.store.sql import slices
from bot.model import DeliveryKind
from bot.model.telling import Ended, Pending, Telling

SAME = timedelta(days=1)
"""For how long the same receiver that refuses the same thing for the same reason is no news."""


class Tellings:
    """Written by `settling` together with the outcome, and here where an operator takes a giving up back."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, incident: int, limit: int = 1_000) -> list[Telling]:
        """The newest of an incident, oldest first."""
        rows = await self._connection.execute(
            select(told).where(told.c.incident == incident).order_by(told.c.id.desc()).limit(limit)
        )
        return [_telling(row) for row in reversed(rows.all())]

    async def refusals(self) -> dict[str, str]:
        """Why what was last sent to a conversation was given up, by its id; nothing of those that took it, or what came after."""
        latest = select(func.max(told.c.id)).group_by(told.c.conversation_id)
        mine = select(told.c.conversation_id, told.c.text, told.c.at)
        rows = await self._connection.execute(mine.where(told.c.id.in_(latest), told.c.ended == Ended.GIVEN_UP))
        refused = {row.conversation_id: (row.at, row.text or "no reason was told") for row in rows}
        better = await self._brought_up_to_date(refused)
        return {place: why for place, (at, why) in refused.items() if better.get(place, at) <= at}

    async def _brought_up_to_date(self, places: Iterable[str]) -> dict[str, datetime]:
        """When a card was last sent or updated with success, by conversation: updates are told of by the card alone."""
        well = (cards.c.shown >= cards.c.wanted) & (cards.c.dead == "") & (cards.c.activity_id != "")
        mine = select(cards.c.conversation_id, func.max(cards.c.not_before)).group_by(cards.c.conversation_id)
        rows = await self._connection.execute(mine.where(well, cards.c.conversation_id.in_(list(places))))
        return {place: at - BETWEEN_UPDATES for place, at in rows if at is not None}

    async def given_up_at(self, places: Iterable[str]) -> dict[str, datetime]:
        """When something was last given up in each of these conversations."""
        found = dict[str, datetime]()
        for some in slices(places):
            mine = told.c.conversation_id.in_(some), told.c.ended == Ended.GIVEN_UP
            latest = select(told.c.conversation_id, func.max(told.c.at)).where(*mine).group_by(told.c.conversation_id)
            found |= {row[0]: row[1] for row in await self._connection.execute(latest)}
        return found

    async def take_back(self, some: Iterable[Pending], by: str, now: datetime) -> None:
        """Keep that somebody asked for another try."""
        rows = [
            {
                "incident": each.incident,
                "conversation_id": each.conversation.id,
                "at": now,
                "what": each.kind.value,
                "ended": Ended.TAKEN_BACK,
                "text": f"{by} asked for another try",
                "attempts": each.attempts,
                "unreported": False,
            }
            for each in some
        ]
        if rows:
            await self._connection.execute(told.insert(), rows)

    async def unreported(self, limit: int = 1_000) -> list[Telling]:
        """What was given up and is still to be told to others, oldest first."""
        rows = await self._connection.execute(select(told).where(told.c.unreported).order_by(told.c.id).limit(limit))
        return [_telling(row) for row in rows]

    async def known(self, some: Iterable[Telling]) -> set[int]:
        """The ids of those among them that were given up in just the same way a short while before."""
        earlier = told.alias()
        same = (
            earlier.c.incident == told.c.incident,
            earlier.c.conversation_id == told.c.conversation_id,
            earlier.c.what == told.c.what,
            earlier.c.ended == told.c.ended,
            earlier.c.text == told.c.text,
            earlier.c.id < told.c.id,
            _plain(earlier.c.at) >= _plain(told.c.at) - SAME // MICROSECOND,
        )
        found = set[int]()
        for part in slices(each.id for each in some):
            again = select(told.c.id).where(told.c.id.in_(part), exists().where(*same))
            found |= set((await self._connection.execute(again)).scalars())
        return found

    async def reported(self, some: Iterable[Telling]) -> None:
        """Others were told of these."""
        for part in slices(each.id for each in some):
            await self._connection.execute(update(told).where(told.c.id.in_(part)).values(unreported=False))


def _plain(at: ColumnElement[Any]) -> ColumnElement[int]:
    """A time as the number that is stored."""
    return type_coerce(at, BigInteger)


def _telling(row: Any) -> Telling:
    return Telling(
        id=row.id,
        incident=row.incident,
        conversation_id=row.conversation_id,
        at=row.at,
        what=DeliveryKind(row.what),
        ended=Ended(row.ended),
        text=row.text,
        attempts=row.attempts,
    )
