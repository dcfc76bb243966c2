"""undelivered: what did not arrive and why, and another try for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from bot import routes
from bot.adapters.store import Transaction
from bot.command import command
from bot.context import Context
from bot.model import Role, Value
from bot.model.telling import Pending
from bot.parameters import Page
from bot.ports import Card, Refusal
from bot.route_words import closed, where
from bot.routing import places
from cards import words
from cards.receipt import receipt
from cards.undelivered import Missed
from cards.undelivered import undelivered as undelivered_card

LONG = timedelta(minutes=5)
"""What waits for longer is worth a look."""

MOST = 10_000
A_PAGE = 12
ALL = "all"


@command(role=Role.READER)
async def undelivered(ctx: Context, *, page: Page = 1) -> Card:
    """List what did not arrive: what was given up, and what waits for more than five minutes, where to, why, since when."""
    now = ctx.now()
    async with ctx.store.look() as tx:
        book, names = await ctx.routes.book(tx), await routes.names(tx)
        found = [*await tx.owing.dead(), *await tx.owing.late(now - LONG)]
    pages = max(1, -(-len(found) // A_PAGE))
    asked, page = page, min(page, pages)
    find = places(book)
    some = [
        Missed(
            what=each,
            where=where(each.conversation.id, find(each.conversation.id), names),
            closed=closed(each.conversation),
        )
        for each in found[(page - 1) * A_PAGE : page * A_PAGE]
    ]
    dead = sum(bool(each.dead) for each in found)
    return undelivered_card(
        some,
        now,
        dead=dead,
        late=len(found) - dead,
        page=page,
        pages=pages,
        asked=asked,
        may_retry=ctx.role.allows(Role.OPERATOR),
    )


class GivenUp(Value, frozen=True, kw_only=True):
    """One delivery that was given up, by its name, or all of them."""

    shape: ClassVar[str] = "c12|n3|p4|all"

    name: str

    def __str__(self) -> str:
        return self.name

    @classmethod
    async def read(cls, ctx: Context, text: str) -> GivenUp:
        """Raises Refusal for what is no name of a delivery, and where there is no such thing to try."""
        name = text.strip().lower()
        if name != ALL and not re.fullmatch(r"[cnp][0-9]{1,9}", name):
            raise Refusal(
                f"'{text[:40]}' is not what a delivery is called; write c12, n3 or p4 as in the list, or all.",
                ("undelivered",),
            )
        async with ctx.store.look() as tx:
            await _dead(tx, name)
        return cls(name=name)


async def _dead(tx: Transaction, name: str) -> list[Pending]:
    """What was given up and is meant. Raises Refusal where there is none."""
    dead = [each for each in await tx.owing.dead(MOST) if name in (ALL, each.name)]
    if not dead:
        raise Refusal("Nothing was given up." if name == ALL else f"{name} was not given up.", ("undelivered",))
    return dead


def what_is_tried(which: GivenUp) -> tuple[str, Sequence[str]]:
    """The confirmation's title and sentences."""
    what = "everything that was given up" if which.name == ALL else which.name
    return f"Send {what} again?", [
        "It is tried at once, and again as often as anything new. What arrived after all is then there twice, "
        "unless it can be looked up."
    ]


@command(role=Role.OPERATOR, question=what_is_tried)
async def undelivered_retry(ctx: Context, which: GivenUp) -> Card:
    """Try what was given up once more: one by its name in the list, like c12, or all."""
    async with ctx.store.begin() as tx:
        dead = await _dead(tx, which.name)
        await tx.owing.try_again(dead, ctx.now())
        await tx.told.take_back(dead, ctx.person.name or ctx.person.id, ctx.now())
    ctx.changed()
    return receipt("It is tried again", _told(dead))


def _told(dead: Sequence[Pending]) -> list[tuple[str, str]]:
    shut = sum(not each.conversation.active for each in dead)
    return [
        ("What", words.count(len(dead), "delivery", "deliveries")),
        ("Waits", f"{words.count(shut, 'of them', 'of them')}, until the bot may speak there" if shut else ""),
        ("Next", "The command undelivered shows what still does not arrive."),
    ]
