"""What the outbox still owes: cards and notes that wait, and those that were given up."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import cards, conversations, notes
from bot.model import DeliveryKind, Undelivered

_BEHIND: tuple[tuple[DeliveryKind, Table, ColumnElement[bool]], ...] = (
    (DeliveryKind.CARD, cards, cards.c.wanted > cards.c.shown),
    (DeliveryKind.NOTE, notes, notes.c.done.is_(False)),
)


class Owing:
    """Conversations that are closed to the bot are owed nothing."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> tuple[Undelivered, ...]:
        """How many wait and how many were given up, of cards and of notes; nothing of what there is none."""
        found = [
            await self._count(kind, table, behind, dead=dead)
            for kind, table, behind in _BEHIND
            for dead in (False, True)
        ]
        return tuple(each for each in found if each.count)

    async def _count(self, kind: DeliveryKind, table: Table, behind: ColumnElement[bool], *, dead: bool) -> Undelivered:
        state = table.c.dead != "" if dead else table.c.dead == ""
        owed = (
            select(func.count().label("total"), func.max(table.c.id).label("latest"))
            .join_from(table, conversations, conversations.c.id == table.c.conversation_id)
            .where(behind, state, conversations.c.active)
        )
        row = (await self._connection.execute(owed)).one()
        reason = await self._connection.execute(select(table.c.dead).where(table.c.id == row.latest))
        return Undelivered(kind=kind, dead=dead, count=row.total, reason=reason.scalar() or "")
