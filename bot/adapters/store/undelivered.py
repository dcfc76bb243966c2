"""What the outbox still owes: cards, notes and posts that wait, and those that were given up."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, Table, case, delete, func, literal, or_, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.owed import BEHIND, CLOSED, TABLES, not_worth_it, owed, rows
from bot.adapters.store.schema import EPOCH, cards, conversations, incidents, posts
from bot.model import Conversation, DeliveryKind, DeliveryState, Undelivered
from bot.model.telling import Backlog, Pending, Waiting
from bot.storms import DIGEST

_conversation = msgspec.msgpack.Decoder(Conversation).decode


class Owing:
    """What waits where the bot may speak can be late; what waits where it may not is kept and counted apart."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> tuple[Undelivered, ...]:
        """How many of each kind wait, are for closed conversations, or were given up; nothing of what there is none."""
        found = [await self._count(kind, state) for kind in DeliveryKind for state in DeliveryState]
        return tuple(each for each in found if each.count)

    async def backlogs(self, late: datetime) -> list[Backlog]:
        """What waits, by conversation, the oldest first; those count as late that wait since before a time."""
        some = union_all(*(_in_short(kind) for kind in DeliveryKind)).subquery()
        by = (
            select(
                some.c.place,
                func.count().label("total"),
                func.sum(case((some.c.since < late, 1), else_=0)).label("late"),
                func.min(some.c.since).label("since"),
                func.max(some.c.attempts).label("attempts"),
            )
            .group_by(some.c.place)
            .subquery()
        )
        joined = select(by, conversations.c.body).join_from(by, conversations, conversations.c.id == by.c.place)
        eldest = joined.order_by(by.c.since.is_not(None), by.c.since, by.c.place)
        return [_backlog(row) for row in await self._connection.execute(eldest)]

    async def oldest(self, now: datetime) -> tuple[Waiting, ...]:
        """Of each kind, what has been due for longest; what is held back on purpose and was not tried yet is not due."""
        found: list[Waiting] = []
        for kind, table in TABLES.items():
            due = or_(table.c.not_before.is_(None), table.c.not_before <= now, table.c.attempts > 0)
            waits = owed(kind, DeliveryState.WAITING).where(due)
            row = (await self._connection.execute(waits.order_by(*_eldest(table)))).first()
            if row is not None and row.since is not None:
                place = _conversation(row.conversation)
                found.append(Waiting(kind=kind, conversation=place, since=row.since, attempts=row.attempts))
        return tuple(found)

    async def dead(self, limit: int = 1_000) -> list[Pending]:
        """What was given up, oldest first."""
        found: list[Pending] = []
        for kind, table in TABLES.items():
            wanted = owed(kind, DeliveryState.DEAD).order_by(*_eldest(table)).limit(limit)
            found += [_pending(kind, row) for row in await self._connection.execute(wanted)]
        return _in_order(found)[:limit]

    async def late(self, before: datetime, limit: int = 1_000) -> list[Pending]:
        """What has waited since before a time, oldest first."""
        found: list[Pending] = []
        for kind, table in TABLES.items():
            waits = owed(kind, DeliveryState.WAITING).where(table.c.since < before)
            wanted = waits.order_by(*_eldest(table)).limit(limit)
            found += [_pending(kind, row) for row in await self._connection.execute(wanted)]
        return _in_order(found)[:limit]

    async def put_off(self) -> list[Pending]:
        """What was tried already and is tried again at a time."""
        found: list[Pending] = []
        for kind, table in TABLES.items():
            waits = owed(kind, DeliveryState.WAITING)
            tried = waits.where(table.c.attempts > 0, table.c.not_before.is_not(None))
            found += [_pending(kind, row) for row in await self._connection.execute(tried)]
        return found

    async def of(self, incident: int) -> list[Pending]:
        """What is still owed of an incident, also what was given up, and what is for conversations that are closed."""
        found: list[Pending] = []
        for kind in (DeliveryKind.CARD, DeliveryKind.NOTE):
            table = TABLES[kind]
            mine = rows(kind).where(BEHIND[kind], table.c.incident == incident).order_by(table.c.id)
            found += [_pending(kind, row) for row in await self._connection.execute(mine)]
        return found

    async def places(self, incident: int) -> list[tuple[Conversation, int]]:
        """Where the incident's card belongs, and the revision that it shows there; 0 where it does not stand."""
        mine = rows(DeliveryKind.CARD).where(cards.c.incident == incident).order_by(cards.c.id)
        found = await self._connection.execute(mine)
        return [(_conversation(row.conversation), row.shown if row.activity_id else 0) for row in found]

    async def try_again(self, some: Iterable[Pending], now: datetime) -> None:
        """What was given up is due again."""
        for each in some:
            table = TABLES[each.kind]
            anew = {"dead": "", "attempts": 0, "not_before": None, "since": since_now(table, now)}
            await self._connection.execute(update(table).where(table.c.id == each.id).values(anew))

    async def withdraw_posts(self, conversation_ids: Collection[str], now: datetime) -> None:
        """Cards of their own for those who take none are owed no more."""
        theirs = posts.c.conversation_id.in_(list(conversation_ids)) & posts.c.done.is_(False)
        done = {"done": True, "dead": "", "not_before": now}
        await self._connection.execute(update(posts).where(theirs).values(done))

    async def prune(self, before: datetime) -> None:
        """What was given up, or waits for a conversation that is closed, is not worth sending any more once its incident is
        long over, or it is as old itself.
        """
        over = select(incidents.c.number).where(incidents.c.open.is_(False), incidents.c.changed_at < before)
        mine = update(cards).where(not_worth_it(DeliveryKind.CARD), cards.c.incident.in_(over))
        await self._connection.execute(mine.values(dead="", wanted=cards.c.shown))
        await self._connection.execute(delete(posts).where(not_worth_it(DeliveryKind.POST), posts.c.since < before))

    async def _count(self, kind: DeliveryKind, state: DeliveryState) -> Undelivered:
        table = TABLES[kind]
        counted = owed(kind, state).with_only_columns(func.count().label("total"), func.max(table.c.id).label("latest"))
        row = (await self._connection.execute(counted)).one()
        reason = await self._connection.execute(select(table.c.dead).where(table.c.id == row.latest))
        return Undelivered(kind=kind, state=state, count=row.total, reason=reason.scalar() or "")


def _in_order(some: Iterable[Pending]) -> list[Pending]:
    return sorted(some, key=lambda each: (each.since or EPOCH, each.kind, each.id))


def _eldest(table: Table) -> tuple[ColumnElement[Any], ...]:
    return table.c.since.is_not(None), table.c.since, table.c.id


def _in_short(kind: DeliveryKind) -> Select[Any, Any, Any]:
    table = TABLES[kind]
    columns = table.c.conversation_id.label("place"), table.c.since, table.c.attempts
    return select(*columns).where(BEHIND[kind], table.c.dead == "")


def _backlog(row: Any) -> Backlog:
    return Backlog(
        conversation=_conversation(row.body),
        count=row.total,
        late=int(row.late),
        since=row.since,
        attempts=row.attempts,
    )


def since_now(table: Table, now: datetime) -> ColumnElement[Any]:
    """What is owed anew is owed from now on; of the digest of a storm it is known from the same column how old its words are."""
    if table is not posts:
        return literal(now, table.c.since.type)
    return case((posts.c.key.startswith(DIGEST), posts.c.since), else_=literal(now, posts.c.since.type))


def anew(changed: Any) -> dict[str, ColumnElement[Any]]:
    """What becomes of a card that shall show more: one that is tried again goes on with that, and what was given up is due
    anew, unless its conversation is closed: there it stays given up, so that it is not forgotten.
    """
    goes_on = (cards.c.dead == "") | cards.c.conversation_id.in_(CLOSED)
    return {
        "dead": case((goes_on, cards.c.dead), else_=""),
        "attempts": case((goes_on, cards.c.attempts), else_=0),
        "since": case((goes_on & (cards.c.wanted > cards.c.shown), cards.c.since), else_=changed),
    }


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
