"""What is held back for conversations, and how much was said in each a moment ago."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import cards, held, incidents, notes, said
from bot.adapters.store.sql import insert, slices
from bot.model.held import Held, Why
from bot.storms import DIGEST, WITHIN

FEW = 1_000
"""Incidents or conversations that one statement names."""


class HeldBack:
    """At most one row for an incident in a conversation."""

    def __init__(self, connection: AsyncConnection, most_at_once: int) -> None:
        self._connection = connection
        self.most_at_once = most_at_once
        self._said: Counter[str] | None = None

    async def add(self, news: Sequence[Held]) -> None:
        """Hold news back; those of an incident that is held back already stay, and what a digest told is news again."""
        rows = [
            {
                "conversation_id": each.conversation_id,
                "incident": each.incident,
                "since": each.since,
                "why": each.why.value,
                "digest": "",
            }
            for each in news
        ]
        statement = insert(self._connection, held)
        again = {name: statement.excluded[name] for name in ("since", "why", "digest")}
        adding = statement.on_conflict_do_update(
            index_elements=["conversation_id", "incident"], set_=again, where=held.c.digest != ""
        )
        if rows:
            await self._connection.execute(adding, rows)

    async def drop(self, incident: int, conversation_id: str) -> bool:
        """The incident's own card is shown there: it is in no digest any more that could still change. Whether it was."""
        mine = (held.c.incident == incident) & (held.c.conversation_id == conversation_id)
        return (await self._connection.execute(delete(held).where(mine))).rowcount > 0

    async def of(self, incident: int) -> list[Held]:
        rows = await self._connection.execute(
            select(held).where(held.c.incident == incident).order_by(held.c.conversation_id)
        )
        return [_held(row) for row in rows]

    async def untold(self, conversation_id: str = "") -> dict[str, list[Held]]:
        """What no digest has told yet, by conversation, or of one."""
        wanted = select(held).where(held.c.digest == "").order_by(held.c.conversation_id, held.c.incident)
        if conversation_id:
            wanted = wanted.where(held.c.conversation_id == conversation_id)
        found: dict[str, list[Held]] = {}
        for row in await self._connection.execute(wanted):
            found.setdefault(row.conversation_id, []).append(_held(row))
        return found

    async def unsent_notes(self, conversation_ids: Collection[str]) -> dict[int, tuple[str, int]]:
        """Notes for these conversations that are not under way and call nobody by name: where to and about which incident."""
        waits = notes.c.done.is_(False) & notes.c.sending.is_(False) & (notes.c.dead == "") & (notes.c.mention == "")
        found: dict[int, tuple[str, int]] = {}
        for some in slices(conversation_ids, FEW):
            rows = await self._connection.execute(select(notes).where(waits, notes.c.conversation_id.in_(some)))
            found |= {row.id: (row.conversation_id, row.incident) for row in rows}
        return found

    async def withdraw_notes(self, ids: Iterable[int]) -> None:
        """What they say is told in a digest."""
        for some in slices(ids, FEW):
            await self._connection.execute(delete(notes).where(notes.c.id.in_(some)))

    async def tell(self, conversation_id: str, numbers: Iterable[int], digest: str) -> None:
        """A digest tells of these."""
        mine = update(held).where(held.c.conversation_id == conversation_id)
        for some in slices(numbers, FEW):
            await self._connection.execute(mine.where(held.c.incident.in_(some)).values(digest=digest))

    async def told_by(self, conversation_id: str, digest: str) -> list[Held]:
        mine = (held.c.conversation_id == conversation_id) & (held.c.digest == digest)
        return [_held(row) for row in await self._connection.execute(select(held).where(mine))]

    async def latest_storm(self, conversation_id: str) -> tuple[str, datetime] | None:
        """The digest of the last storm there, and when something was added to it last."""
        mine = (held.c.conversation_id == conversation_id) & held.c.digest.startswith(DIGEST)
        newest = select(held.c.digest, func.max(held.c.since).label("at")).where(mine).group_by(held.c.digest)
        row = (await self._connection.execute(newest.order_by(func.max(held.c.since).desc()).limit(1))).first()
        return None if row is None else (row.digest, row.at)

    async def storms(self, since: datetime) -> list[tuple[str, str, datetime]]:
        """Digests of storms with something newer than this: the conversation, the key, and the last change of an incident."""
        rows = await self._connection.execute(
            select(held.c.conversation_id, held.c.digest, func.max(incidents.c.changed_at).label("at"))
            .join_from(held, incidents, incidents.c.number == held.c.incident)
            .where(held.c.digest.startswith(DIGEST), held.c.since >= since)
            .group_by(held.c.conversation_id, held.c.digest)
        )
        return [(row.conversation_id, row.digest, row.at) for row in rows]

    async def with_cards(self, conversation_id: str, numbers: Iterable[int]) -> frozenset[int]:
        """Those of these incidents whose cards stand there: only what happened to them since can be held back."""
        mine = (cards.c.conversation_id == conversation_id) & (cards.c.activity_id != "")
        found = set[int]()
        for some in slices(numbers, FEW):
            found.update(
                (
                    await self._connection.execute(select(cards.c.incident).where(mine, cards.c.incident.in_(some)))
                ).scalars()
            )
        return frozenset(found)

    async def prune(self, before: datetime) -> None:
        """Forget what was held back before a time: by then it was told, or there is nobody to tell."""
        await self._connection.execute(delete(held).where(held.c.since < before))

    async def prune_storms(self, before: datetime) -> None:
        """Forget what digests of storms have told that are not brought up to date any more."""
        over = held.c.digest.startswith(DIGEST) & (held.c.since < before)
        await self._connection.execute(delete(held).where(over))

    # --- How much was said ---

    async def said_lately(self, conversation_id: str, now: datetime) -> int:
        """Messages that were wanted for a conversation within the last minute."""
        return (await self._counted(now))[conversation_id]

    async def say(self, conversation_ids: Collection[str], now: datetime) -> None:
        """Count one message for each of these."""
        counted = await self._counted(now)
        for each, times in sorted(Counter(conversation_ids).items()):
            counted[each] += times
            statement = insert(self._connection, said).values(conversation_id=each, at=now, count=times)
            await self._connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["conversation_id", "at"], set_={"count": said.c.count + times}
                )
            )

    async def _counted(self, now: datetime) -> Counter[str]:
        if self._said is None:
            sums = select(said.c.conversation_id, func.sum(said.c.count).label("total"))
            rows = await self._connection.execute(sums.where(said.c.at > now - WITHIN).group_by(said.c.conversation_id))
            self._said = Counter({row.conversation_id: int(row.total) for row in rows})
        return self._said

    async def forget_said(self, now: datetime) -> None:
        await self._connection.execute(delete(said).where(said.c.at <= now - WITHIN))


def _held(row: Any) -> Held:
    return Held(
        conversation_id=row.conversation_id,
        incident=row.incident,
        since=row.since,
        why=Why(row.why),
        digest=row.digest,
    )
