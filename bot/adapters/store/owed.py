"""What is owed, as questions to the database: what of each kind is behind, where it may be sent, and what was given up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, exists, or_, select

from bot.adapters.store.schema import cards, conversations, notes, posts
from bot.model import DeliveryKind, DeliveryState

TABLES: Mapping[DeliveryKind, Table] = {DeliveryKind.CARD: cards, DeliveryKind.NOTE: notes, DeliveryKind.POST: posts}

_GIVEN_UP_WITH_ITS_CARD = (
    exists()
    .where(cards.c.incident == notes.c.incident, cards.c.conversation_id == notes.c.conversation_id)
    .where(cards.c.dead != "", cards.c.activity_id == "")
    .correlate(notes)
)
NOTE_OWED = notes.c.done.is_(False) & ~_GIVEN_UP_WITH_ITS_CARD
"""A note that is to be sent: one whose card was given up and does not stand waits for nothing, until the card is tried again."""

BEHIND: Mapping[DeliveryKind, ColumnElement[bool]] = {
    DeliveryKind.CARD: cards.c.wanted > cards.c.shown,
    DeliveryKind.NOTE: NOTE_OWED,
    DeliveryKind.POST: posts.c.done.is_(False) | (posts.c.revision > posts.c.shown),
}

CLOSED = select(conversations.c.id).where(~conversations.c.active)
"""Where the bot may not speak."""


def rows(kind: DeliveryKind) -> Select[Any]:
    """All of a kind, with their conversations."""
    table = TABLES[kind]
    return select(table, conversations.c.body.label("conversation")).join_from(
        table, conversations, conversations.c.id == table.c.conversation_id
    )


def owed(kind: DeliveryKind, state: DeliveryState) -> Select[Any]:
    """Those of a kind and state. What was given up is so also where the bot may not speak."""
    mine, dead = rows(kind).where(BEHIND[kind]), TABLES[kind].c.dead
    if state is DeliveryState.DEAD:
        return mine.where(dead != "")
    return mine.where(dead == "", conversations.c.active if state is DeliveryState.WAITING else ~conversations.c.active)


def not_worth_it(kind: DeliveryKind) -> ColumnElement[bool]:
    """What is owed, and nobody would miss once it is old enough: it was given up, or waits where the bot may not speak."""
    table = TABLES[kind]
    return BEHIND[kind] & or_(table.c.dead != "", table.c.conversation_id.in_(CLOSED))
