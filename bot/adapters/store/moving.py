"""One conversation in place of another: a person's chat, once it is open, takes over what was to be told to the person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import cards, digests, held, incidents, notes, posts, told
from bot.adapters.store.undelivered import since_now


async def move(connection: AsyncConnection, old_id: str, new_id: str) -> None:
    """Everything of the one becomes the other's; what the other has already stays as it is there."""
    theirs = select(cards.c.incident).where(cards.c.conversation_id == new_id)
    for table in (notes, cards):
        mine = table.c.conversation_id == old_id
        await connection.execute(delete(table).where(mine, table.c.incident.in_(theirs)))
    keys = select(posts.c.key).where(posts.c.conversation_id == new_id)
    await connection.execute(delete(posts).where(posts.c.conversation_id == old_id, posts.c.key.in_(keys)))
    has_digest = select(digests.c.conversation_id).where(digests.c.conversation_id == new_id)
    mine = digests.c.conversation_id == old_id
    await connection.execute(delete(digests).where(mine, has_digest.exists()))
    here = select(held.c.incident).where(held.c.conversation_id == new_id)
    mine = held.c.conversation_id == old_id
    await connection.execute(delete(held).where(mine, held.c.incident.in_(here)))
    for table in (cards, notes, posts, digests, told, held):
        await _rename(connection, table, old_id, new_id)


async def revive(connection: AsyncConnection, conversation_id: str, now: datetime) -> None:
    """Cards that were given up while their conversation was closed are due again, where they stand already or their
    incidents are open; all that waited for it to open is owed from now on.
    """
    open_ones = select(incidents.c.number).where(incidents.c.open)
    given_up = (cards.c.conversation_id == conversation_id) & (cards.c.dead != "")
    again = update(cards).where(given_up, (cards.c.activity_id != "") | cards.c.incident.in_(open_ones))
    await connection.execute(again.values(dead="", attempts=0, not_before=None))
    for table in (cards, notes, posts):
        waits = update(table).where(table.c.conversation_id == conversation_id, table.c.dead == "")
        await connection.execute(waits.values(since=since_now(table, now)))


async def _rename(connection: AsyncConnection, table: Table, old_id: str, new_id: str) -> None:
    mine = update(table).where(table.c.conversation_id == old_id)
    await connection.execute(mine.values(conversation_id=new_id))
