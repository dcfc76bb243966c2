"""What the outbox still owes: cards, notes and posts that wait, and those that were given up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, Table, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import EPOCH, cards, conversations, incidents, notes, posts
from bot.model import Conversation, DeliveryKind, Undelivered
from bot.model.telling import Pending, Waiting

_conversation = msgspec.msgpack.Decoder(Conversation).decode

_TABLES: dict[DeliveryKind, Table] = {DeliveryKind.CARD: cards, DeliveryKind.NOTE: notes, DeliveryKind.POST: posts}
_GIVEN_UP_WITH_ITS_CARD = (
    exists()
    .where(cards.c.incident == notes.c.incident, cards.c.conversation_id == notes.c.conversation_id)
    .where(cards.c.dead != "", cards.c.activity_id == "")
    .correlate(notes)
)
NOTE_OWED = notes.c.done.is_(False) & ~_GIVEN_UP_WITH_ITS_CARD
"""A note that is to be sent: one whose card was given up and does not stand waits for nothing, until the card is tried again."""

_BEHIND: dict[DeliveryKind, ColumnElement[bool]] = {
    DeliveryKind.CARD: cards.c.wanted > cards.c.shown,
    DeliveryKind.NOTE: NOTE_OWED,
    DeliveryKind.POST: posts.c.done.is_(False) | (posts.c.revision > posts.c.shown),
}


class Owing:
    """Conversations that are closed to the bot are owed nothing; what was given up there is listed all the same."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> tuple[Undelivered, ...]:
        """How many wait and how many were given up, of each kind; nothing of what there is none."""
        found = [await self._count(kind, dead=dead) for kind in DeliveryKind for dead in (False, True)]
        return tuple(each for each in found if each.count)

    async def oldest(self, now: datetime) -> tuple[Waiting, ...]:
        """Of each kind, what has been due for longest; what is held back on purpose and was not tried yet is not due."""
        found: list[Waiting] = []
        for kind, table in _TABLES.items():
            due = or_(table.c.not_before.is_(None), table.c.not_before <= now, table.c.attempts > 0)
            row = (await self._connection.execute(_owed(kind, dead=False).where(due).order_by(*_eldest(table)))).first()
            if row is not None and row.since is not None:
                place = _conversation(row.conversation)
                found.append(Waiting(kind=kind, conversation=place, since=row.since, attempts=row.attempts))
        return tuple(found)

    async def dead(self, limit: int = 1_000) -> list[Pending]:
        """What was given up, oldest first; in conversations that are closed only what is about an open incident."""
        found: list[Pending] = []
        open_ones = select(incidents.c.number).where(incidents.c.open)
        for kind, table in _TABLES.items():
            worth = conversations.c.active
            if kind is not DeliveryKind.POST:
                worth |= table.c.incident.in_(open_ones)
            wanted = _rows(kind).where(_BEHIND[kind], table.c.dead != "", worth).order_by(*_eldest(table)).limit(limit)
            found += [_pending(kind, row) for row in await self._connection.execute(wanted)]
        return _in_order(found)[:limit]

    async def late(self, before: datetime, limit: int = 1_000) -> list[Pending]:
        """What has waited since before a time, oldest first."""
        found: list[Pending] = []
        for kind, table in _TABLES.items():
            wanted = _owed(kind, dead=False).where(table.c.since < before).order_by(*_eldest(table)).limit(limit)
            found += [_pending(kind, row) for row in await self._connection.execute(wanted)]
        return _in_order(found)[:limit]

    async def put_off(self) -> list[Pending]:
        """What was tried already and is tried again at a time."""
        found: list[Pending] = []
        for kind, table in _TABLES.items():
            tried = _owed(kind, dead=False).where(table.c.attempts > 0, table.c.not_before.is_not(None))
            found += [_pending(kind, row) for row in await self._connection.execute(tried)]
        return found

    async def of(self, incident: int) -> list[Pending]:
        """What is still owed of an incident, also what was given up, and what is for conversations that are closed."""
        found: list[Pending] = []
        for kind in (DeliveryKind.CARD, DeliveryKind.NOTE):
            table = _TABLES[kind]
            rows = await self._connection.execute(
                _rows(kind).where(_BEHIND[kind], table.c.incident == incident).order_by(table.c.id)
            )
            found += [_pending(kind, row) for row in rows]
        return found

    async def places(self, incident: int) -> list[tuple[Conversation, int]]:
        """Where the incident's card belongs, and the revision that it shows there; 0 where it does not stand."""
        rows = await self._connection.execute(
            _rows(DeliveryKind.CARD).where(cards.c.incident == incident).order_by(cards.c.id)
        )
        return [(_conversation(row.conversation), row.shown if row.activity_id else 0) for row in rows]

    async def try_again(self, some: Iterable[Pending]) -> None:
        """What was given up is due again."""
        for each in some:
            table = _TABLES[each.kind]
            anew = {"dead": "", "attempts": 0, "not_before": None}
            await self._connection.execute(update(table).where(table.c.id == each.id).values(anew))

    async def _count(self, kind: DeliveryKind, *, dead: bool) -> Undelivered:
        table = _TABLES[kind]
        counted = _owed(kind, dead=dead).with_only_columns(
            func.count().label("total"), func.max(table.c.id).label("latest")
        )
        row = (await self._connection.execute(counted)).one()
        reason = await self._connection.execute(select(table.c.dead).where(table.c.id == row.latest))
        return Undelivered(kind=kind, dead=dead, count=row.total, reason=reason.scalar() or "")


def _in_order(some: Iterable[Pending]) -> list[Pending]:
    return sorted(some, key=lambda each: (each.since or EPOCH, each.kind, each.id))


def _eldest(table: Table) -> tuple[ColumnElement[Any], ...]:
    return table.c.since.is_not(None), table.c.since, table.c.id


def _rows(kind: DeliveryKind) -> Select[Any]:
    table = _TABLES[kind]
    return select(table, conversations.c.body.label("conversation")).join_from(
        table, conversations, conversations.c.id == table.c.conversation_id
    )


def _owed(kind: DeliveryKind, *, dead: bool) -> Select[Any]:
    table = _TABLES[kind]
    state = table.c.dead != "" if dead else table.c.dead == ""
    return _rows(kind).where(_BEHIND[kind], state, conversations.c.active)


def _pending(kind: DeliveryKind, row: Any) -> Pending:
    texts = {DeliveryKind.NOTE: "text", DeliveryKind.POST: "summary"}
    return Pending(
        kind=kind,
        id=row.id,
        incident=0 if kind is DeliveryKind.POST else row.incident,
        conversation=_conversation(row.conversation),
        dead=row.dead,
        since=row.since,
        not_before=row.not_before,
        attempts=row.attempts,
        posted=kind is DeliveryKind.CARD and row.activity_id != "",
        text=getattr(row, texts[kind]) if kind in texts else "",
    )
