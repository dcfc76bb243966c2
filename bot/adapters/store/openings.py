"""Stores what opens many incidents at a time with as many statements as for one: a storm opens a thousand in one look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.incidents import likeness, row_of
from bot.adapters.store.schema import cards, incidents
from bot.adapters.store.sql import slices
from bot.model import Alert, Incident


class Openings:
    """New incidents, and the cards that they are to have."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def known_before(self, alerts: Iterable[Alert]) -> set[str]:
        """Likenesses of those alerts of whose rule and cause an incident is over already."""
        found: set[str] = set()
        for some in slices({likeness(alert) for alert in alerts}, 1_000):
            over = select(incidents.c.likeness).where(incidents.c.likeness.in_(some), incidents.c.open.is_(False))
            found.update((await self._connection.execute(over.distinct())).scalars())
        return found

    async def save(self, new: Sequence[Incident]) -> list[Incident]:
        """The incidents under the numbers that they are given."""
        newest = (await self._connection.execute(select(func.max(incidents.c.number)))).scalar() or 0
        numbered = [replace(incident, number=newest + at) for at, incident in enumerate(new, 1)]
        if numbered:
            await self._connection.execute(incidents.insert(), [row_of(incident) for incident in numbered])
        return numbered

    async def want_cards(self, wanted: Iterable[tuple[Incident, str]]) -> None:
        """A first card of each of these incidents in a conversation."""
        rows = [
            {
                "incident": incident.number,
                "conversation_id": conversation_id,
                "wanted": incident.revision,
                "since": incident.changed_at,
            }
            for incident, conversation_id in wanted
        ]
        if rows:
            await self._connection.execute(cards.insert(), rows)
