"""Who hears of what, as people said it in chat."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import routes
from bot.adapters.store.sql import insert
from bot.model import Person
from bot.model.routes import Matchers, Route

_json = msgspec.json.Encoder(order="deterministic")
_matchers = msgspec.json.Decoder(Matchers).decode
_mention = msgspec.json.Decoder(tuple[str, ...]).decode


class Written(Matchers, frozen=True, kw_only=True, omit_defaults=True):
    """Matchers as they are stored: what is not asked for is left out, so that equal ones are the same text."""


class Routes:
    """Routes by their numbers; a receiver has each only once."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> list[Route]:
        return [_route(row) for row in await self._connection.execute(select(routes).order_by(routes.c.number))]

    async def of(self, receiver: str) -> list[Route]:
        """Those that lead to a conversation."""
        rows = await self._connection.execute(
            select(routes).where(routes.c.receiver == receiver).order_by(routes.c.number)
        )
        return [_route(row) for row in rows]

    async def add(self, route: Route) -> Route:
        """Keep a route; the answer has its number, or is the one that says the same already."""
        row = _row(route)
        statement = insert(self._connection, routes).values(row)
        await self._connection.execute(statement.on_conflict_do_nothing(index_elements=["receiver", "matchers"]))
        same = (routes.c.receiver == row["receiver"], routes.c.matchers == row["matchers"])
        return _route((await self._connection.execute(select(routes).where(*same))).one())

    async def remove(self, number: int) -> None:
        await self._connection.execute(delete(routes).where(routes.c.number == number))

    async def clear(self, receiver: str) -> None:
        """Nothing leads to a conversation any more."""
        await self._connection.execute(delete(routes).where(routes.c.receiver == receiver))

    async def move(self, old: str, new: str) -> None:
        """What led to one conversation leads to another."""
        for each in await self.of(old):
            await self.add(msgspec.structs.replace(each, to=new))
        await self.clear(old)


def _row(route: Route) -> dict[str, Any]:
    by = route.made_by or Person(id="")
    return {
        "receiver": route.to,
        "matchers": _json.encode(Written(**msgspec.structs.asdict(route.matchers))).decode(),
        "mention": _json.encode(route.mention).decode(),
        "made_by": by.id,
        "made_by_name": by.name,
        "made_at": route.made_at,
    }


def _route(row: Any) -> Route:
    return Route(
        to=row.receiver,
        matchers=_matchers(row.matchers),
        mention=_mention(row.mention),
        number=row.number,
        made_by=Person(id=row.made_by, name=row.made_by_name) if row.made_by else None,
        made_at=row.made_at,
    )
