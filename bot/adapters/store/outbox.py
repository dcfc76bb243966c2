"""What is to be delivered: living cards that are behind, and notes that were not sent yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, Table, bindparam, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store import deliveries
from bot.adapters.store.schema import cards, conversations, incidents, notes, posts
from bot.adapters.store.sql import insert
from bot.model import Delivery, Posted
from bot.ports import Card

_json = msgspec.json.Encoder().encode


class Outbox:
    """Deliveries: written in the transaction of the change that they tell of."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def want_card(self, incident: int, conversation_id: str, revision: int) -> None:
        """The incident's card in a conversation shall show a revision; posted if there is none yet."""
        statement = insert(self._connection, cards).values(
            incident=incident, conversation_id=conversation_id, wanted=revision
        )
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["incident", "conversation_id"],
                set_={"wanted": statement.excluded.wanted, "dead": "", "attempts": 0},
            )
        )

    async def refresh(self, incident: int, revision: int) -> None:
        """Every card of the incident shall show a revision; one that was given up is tried again with it."""
        await self.refresh_all({incident: revision})

    async def refresh_all(self, revisions: Mapping[int, int]) -> None:
        """The same for many incidents at once: their numbers, and the revisions to be shown."""
        if revisions:
            mine = update(cards).where(cards.c.incident == bindparam("number"))
            shown = mine.values(wanted=bindparam("revision"), dead="", attempts=0)
            rows = [{"number": number, "revision": revision} for number, revision in revisions.items()]
            await self._connection.execute(shown, rows)

    async def add_note(self, incident: int, text: str, only: str = "") -> None:
        """A note under every card of the incident that stands or is on its way, or under the one in a conversation."""
        mine = select(cards.c.conversation_id).where(cards.c.incident == incident, cards.c.dead == "")
        where = await self._connection.execute(mine.where(cards.c.conversation_id == only) if only else mine)
        rows = [{"incident": incident, "conversation_id": each, "text": text} for each in where.scalars()]
        if rows:
            await self._connection.execute(notes.insert(), rows)

    async def add_post(self, conversation_id: str, key: str, card: Card, summary: str, marker: str) -> None:
        """A card of its own, posted once and never updated; one with this key that is there already stays."""
        statement = insert(self._connection, posts).values(
            conversation_id=conversation_id, key=key, card=_json(card), summary=summary, marker=marker
        )
        await self._connection.execute(statement.on_conflict_do_nothing(index_elements=["conversation_id", "key"]))

    async def card_of(self, incident: int, conversation_id: str) -> Posted | None:
        """Where the incident's card stands in a conversation, if it stands there."""
        found = await self._connection.execute(
            select(cards.c.activity_id, cards.c.thread_id).where(
                cards.c.incident == incident, cards.c.conversation_id == conversation_id, cards.c.activity_id != ""
            )
        )
        row = found.first()
        return None if row is None else Posted(activity_id=row.activity_id, thread_id=row.thread_id)

    # --- Delivering ---

    async def due(self, now: datetime, limit: int = 200, *, but: Collection[str] = ()) -> list[Delivery]:
        """What may be delivered now, in all conversations `but` some: cards before notes, so that none precedes its card."""
        return [
            *await self._due_cards(now, limit, but),
            *await self._due_notes(now, limit, but),
            *await self._due_posts(now, limit, but),
        ]

    async def behind(self) -> int:
        """How many deliveries are still to be made, now or later."""
        some = [
            select(func.count()).where(cards.c.wanted > cards.c.shown, cards.c.dead == ""),
            select(func.count()).where(notes.c.done.is_(False), notes.c.dead == ""),
            select(func.count()).where(posts.c.done.is_(False), posts.c.dead == ""),
        ]
        return sum([(await self._connection.execute(each)).scalar() or 0 for each in some])

    async def next_due(self) -> datetime | None:
        """The earliest time at which something that waits for another try may be tried again."""
        waiting = select(func.min(cards.c.not_before)).where(cards.c.wanted > cards.c.shown, cards.c.dead == "")
        more = select(func.min(notes.c.not_before)).where(notes.c.done.is_(False), notes.c.dead == "")
        last = select(func.min(posts.c.not_before)).where(posts.c.done.is_(False), posts.c.dead == "")
        times = [(await self._connection.execute(each)).scalar() for each in (waiting, more, last)]
        return min((time for time in times if time is not None), default=None)

    async def _due_cards(self, now: datetime, limit: int, but: Collection[str]) -> list[Delivery]:
        rows = await self._connection.execute(
            select(cards, conversations.c.body.label("conversation"))
            .join(conversations, conversations.c.id == cards.c.conversation_id)
            .where(cards.c.wanted > cards.c.shown, *_sendable(cards, now, but))
            .order_by(cards.c.id)
            .limit(limit)
        )
        return [deliveries.card(row) for row in rows]

    async def _due_notes(self, now: datetime, limit: int, but: Collection[str]) -> list[Delivery]:
        at_card = (cards.c.incident == notes.c.incident) & (cards.c.conversation_id == notes.c.conversation_id)
        rows = await self._connection.execute(
            select(notes, cards.c.activity_id, cards.c.thread_id, conversations.c.body.label("conversation"))
            .join(conversations, conversations.c.id == notes.c.conversation_id)
            .join(cards, at_card)
            .where(notes.c.done.is_(False), cards.c.activity_id != "", *_sendable(notes, now, but))
            .order_by(notes.c.id)
            .limit(limit)
        )
        return [deliveries.note(row) for row in rows]

    async def _due_posts(self, now: datetime, limit: int, but: Collection[str]) -> list[Delivery]:
        rows = await self._connection.execute(
            select(posts, conversations.c.body.label("conversation"))
            .join(conversations, conversations.c.id == posts.c.conversation_id)
            .where(posts.c.done.is_(False), *_sendable(posts, now, but))
            .order_by(posts.c.id)
            .limit(limit)
        )
        return [deliveries.post(row) for row in rows]

    async def prune(self, before: datetime) -> None:
        """Forget cards of their own that were sent before a time, and notes of incidents that were over by then.

        Their timelines keep what happened.
        """
        await self._connection.execute(delete(posts).where(posts.c.done, posts.c.not_before < before))
        long_over = select(incidents.c.number).where(incidents.c.open.is_(False), incidents.c.changed_at < before)
        await self._connection.execute(delete(notes).where(notes.c.incident.in_(long_over)))


def _sendable(table: Table, now: datetime, but: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    in_time = or_(table.c.not_before.is_(None), table.c.not_before <= now)
    return table.c.dead == "", conversations.c.active, in_time, table.c.conversation_id.not_in(list(but))
