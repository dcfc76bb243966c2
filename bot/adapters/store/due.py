"""What the outbox may deliver now. It is asked for again and again, so each question is built once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, Text, bindparam, cast, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store import deliveries
from bot.adapters.store.schema import Moment, cards, conversations, notes, posts
from bot.adapters.store.sql import not_among, texts
from bot.model import Delivery, DeliveryKind
from bot.model.lane import Lane
from bot.model.routes import MAIL, WEBHOOK

_KINDS = {
    DeliveryKind.CARD: deliveries.card,
    DeliveryKind.NOTE: deliveries.note,
    DeliveryKind.POST: deliveries.post,
}


async def due(
    connection: AsyncConnection, now: datetime, limit: int, but: Collection[Lane], in_teams: bool | None
) -> list[Delivery]:
    """What may be delivered now, `but` some lanes: cards before notes, so that none precedes its card.

    `in_teams` asks for what goes to Teams alone, or for all else; None for both.
    """
    told = {"now": now, "but": texts(connection, [_name(lane) for lane in but]), "most": limit}
    found: list[Delivery] = []
    for kind, read in _KINDS.items():
        rows = await connection.execute(_question(kind, connection.dialect.name, in_teams), told)
        found += [read(row) for row in rows]
    return found


@cache
def _question(kind: DeliveryKind, dialect: str, in_teams: bool | None) -> Select[Any]:
    asked = {DeliveryKind.CARD: _cards, DeliveryKind.NOTE: _notes, DeliveryKind.POST: _posts}[kind](dialect)
    beyond = or_(*(conversations.c.id.startswith(each) for each in (MAIL, WEBHOOK)))
    return asked if in_teams is None else asked.where(not_(beyond) if in_teams else beyond)


def _cards(dialect: str) -> Select[Any]:
    return _asked(dialect, cards, cast(cards.c.incident, Text), cards.c.wanted > cards.c.shown)


def _notes(dialect: str) -> Select[Any]:
    at_card = (cards.c.incident == notes.c.incident) & (cards.c.conversation_id == notes.c.conversation_id)
    asked = _asked(dialect, notes, cast(notes.c.incident, Text), notes.c.done.is_(False), cards.c.activity_id != "")
    return asked.join(cards, at_card).add_columns(cards.c.activity_id, cards.c.thread_id)


def _posts(dialect: str) -> Select[Any]:
    behind = or_(posts.c.done.is_(False), posts.c.revision > posts.c.shown)
    return _asked(dialect, posts, cast(posts.c.id, Text) + ".", behind)


def _asked(dialect: str, table: Table, about: ColumnElement[str], *behind: ColumnElement[bool]) -> Select[Any]:
    in_time = or_(table.c.not_before.is_(None), table.c.not_before <= bindparam("now", type_=Moment))
    free = [not_among(dialect, lane + " " + table.c.conversation_id, "but") for lane in (about, cast("", Text))]
    return (
        select(table, conversations.c.body.label("conversation"))
        .join(conversations, conversations.c.id == table.c.conversation_id)
        .where(*behind, table.c.dead == "", conversations.c.active, in_time, *free)
        .order_by(table.c.id)
        .limit(bindparam("most"))
    )


def _name(lane: Lane) -> str:
    return f"{lane.about} {lane.place}"
