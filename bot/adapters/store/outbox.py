"""What is to be delivered: living cards that are behind, and notes that were not sent yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, Table, bindparam, delete, func, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.due import due
from bot.adapters.store.owed import NOTE_OWED
from bot.adapters.store.schema import EPOCH, Moment, cards, conversations, held, incidents, notes, posts, told
from bot.adapters.store.sql import insert
from bot.adapters.store.undelivered import anew
from bot.model import Delivery, Person, Posted
from bot.model.held import LivingPost
from bot.model.lane import Lane
from bot.ports import Card

_json = msgspec.json.Encoder().encode


class Outbox:
    """Deliveries: written in the transaction of the change that they tell of."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def want_card(
        self, incident: int, conversation_id: str, revision: int, *, since: datetime | None = None
    ) -> None:
        """The incident's card in a conversation shall show a revision; posted if there is none yet.

        `since` is when somebody began to be owed it: without it, when the incident changed last.
        """
        changed = select(incidents.c.changed_at).where(incidents.c.number == incident).scalar_subquery()
        statement = insert(self._connection, cards).values(
            incident=incident, conversation_id=conversation_id, wanted=revision, since=since or changed
        )
        again = {"wanted": statement.excluded.wanted} | anew(statement.excluded.since)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["incident", "conversation_id"], set_=again)
        )

    async def refresh(self, incident: int, revision: int) -> None:
        """Every card of the incident shall show a revision; one that was given up where the bot may speak is tried again."""
        await self.refresh_all({incident: revision})

    async def refresh_all(self, revisions: Mapping[int, int]) -> None:
        """The same for many incidents at once: their numbers, and the revisions to be shown."""
        if revisions:
            mine = update(cards).where(cards.c.incident == bindparam("number"))
            changed = select(incidents.c.changed_at).where(incidents.c.number == cards.c.incident).scalar_subquery()
            values: dict[str, Any] = {"wanted": bindparam("revision"), **anew(changed)}
            rows = [{"number": number, "revision": revision} for number, revision in revisions.items()]
            await self._connection.execute(mine.values(values), rows)

    async def places(self, incident: int) -> set[str]:
        """The conversations in which a card of the incident stands or is on its way."""
        mine = select(cards.c.conversation_id).where(cards.c.incident == incident, cards.c.dead == "")
        return set((await self._connection.execute(mine)).scalars())

    async def add_note(
        self,
        incident: int,
        text: str,
        only: str = "",
        *,
        but: Collection[str] = (),
        mention: Person | None = None,
        since: datetime | None = None,
    ) -> None:
        """A note under every card of the incident that stands or is on its way, or under the one in a conversation.

        None in those that are named in `but`; `mention` is somebody whom the text names; `since` is as for a card.
        """
        calls = _json(mention).decode() if mention is not None else ""
        where = [each for each in sorted(await self.places(incident)) if each not in but and only in ("", each)]
        changed = select(incidents.c.changed_at).where(incidents.c.number == incident)
        since = since or (await self._connection.execute(changed)).scalar()
        rows = [
            {"incident": incident, "conversation_id": each, "text": text, "since": since, "mention": calls}
            for each in where
        ]
        if rows:
            await self._connection.execute(notes.insert(), rows)

    async def add_post(
        self, conversation_id: str, key: str, card: Card, summary: str, marker: str, *, since: datetime | None = None
    ) -> None:
        """A card of its own, posted once and never updated; one with this key that is there already stays.

        `since` is the present.
        """
        statement = insert(self._connection, posts).values(
            conversation_id=conversation_id, key=key, card=_json(card), summary=summary, marker=marker, since=since
        )
        await self._connection.execute(statement.on_conflict_do_nothing(index_elements=["conversation_id", "key"]))

    async def revise_post(self, conversation_id: str, key: str, card: Card, summary: str, now: datetime) -> None:
        """A card of its own is brought up to date where it stands."""
        mine = update(posts).where(posts.c.conversation_id == conversation_id, posts.c.key == key)
        await self._connection.execute(
            mine.values(card=_json(card), summary=summary, revision=posts.c.revision + 1, since=now)
        )

    async def has_post(self, conversation_id: str, key: str) -> bool:
        mine = select(posts.c.id).where(posts.c.conversation_id == conversation_id, posts.c.key == key)
        return (await self._connection.execute(mine)).first() is not None

    async def living(self, conversation_id: str, key: str) -> LivingPost | None:
        """How a card of its own stands; None where it is of no more use: not there, or given up."""
        mine = (posts.c.conversation_id == conversation_id) & (posts.c.key == key)
        row = (await self._connection.execute(select(posts).where(mine))).first()
        if row is None or row.dead:
            return None
        return LivingPost(drawn_at=row.since, sent_at=row.not_before if row.done else None)

    async def standing(self, but: Collection[str] = ()) -> set[int]:
        """Numbers of the incidents whose card stands, or is to stand, where the bot may speak, or that a digest tells of.

        What stands in the conversations of `but` alone does not count.
        """
        at = (conversations.c.id == cards.c.conversation_id) & conversations.c.id.not_in(but)
        mine = select(cards.c.incident).join(conversations, at).where(cards.c.dead == "", conversations.c.active)
        told = select(held.c.incident).join(conversations, conversations.c.id == held.c.conversation_id)
        either = mine.union(told.where(conversations.c.active))
        return set((await self._connection.execute(either)).scalars())

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

    async def due(
        self, now: datetime, limit: int = 200, *, but: Collection[Lane] = (), in_teams: bool | None = None
    ) -> list[Delivery]:
        """What may be delivered now, `but` some lanes: cards before notes, so that none precedes its card.

        `in_teams` asks for what goes to Teams alone, or for all else; None for both.
        """
        return await due(self._connection, now, limit, but, in_teams)

    async def behind(self) -> int:
        """How many deliveries are still to be made, now or later."""
        some = [
            select(func.count()).where(cards.c.wanted > cards.c.shown, cards.c.dead == ""),
            select(func.count()).where(NOTE_OWED, notes.c.dead == ""),
            select(func.count()).where(posts.c.done.is_(False), posts.c.dead == ""),
        ]
        return sum([(await self._connection.execute(each)).scalar() or 0 for each in some])

    async def next_due(self, after: datetime = EPOCH) -> datetime | None:
        """The earliest time after another at which something that waits may be tried again; what is closed is left out."""
        times = (await self._connection.execute(_EARLIEST, {"after": after})).scalars()
        return min((time for time in times if time is not None), default=None)

    async def prune(self, before: datetime) -> None:
        """Forget cards of their own that were sent before a time, and notes of incidents that were over by then.

        Their timelines keep what happened.
        """
        await self._connection.execute(delete(posts).where(posts.c.done, posts.c.not_before < before))
        long_over = select(incidents.c.number).where(incidents.c.open.is_(False), incidents.c.changed_at < before)
        await self._connection.execute(delete(notes).where(notes.c.incident.in_(long_over)))
        await self._connection.execute(delete(told).where(told.c.incident.in_(long_over)))
        await self._connection.execute(delete(told).where(told.c.incident == 0, told.c.at < before))


def _earliest(table: Table, due: ColumnElement[bool]) -> Select[Any]:
    waits = select(func.min(table.c.not_before)).join_from(
        table, conversations, conversations.c.id == table.c.conversation_id
    )
    later = table.c.not_before > bindparam("after", type_=Moment)
    return waits.where(due, later, table.c.dead == "", conversations.c.active)


_EARLIEST = union_all(
    _earliest(cards, cards.c.wanted > cards.c.shown),
    _earliest(notes, NOTE_OWED),
    _earliest(posts, posts.c.done.is_(False)),
)
