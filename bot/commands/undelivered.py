"""undelivered: what did not arrive and why, and another try for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from bot import retrying, routes
from bot.command import command
from bot.context import Context
from bot.model import DeliveryState, Role, Value
from bot.model.telling import Backlog, Pending
from bot.parameters import Page
from bot.ports import Card, Refusal
from bot.retrying import ALL, Retry
from bot.route_words import closed, where
from bot.routing import places
from cards import words
from cards.receipt import receipt
from cards.undelivered import Closed, Missed, UndeliveredPage
from cards.undelivered import undelivered as undelivered_card

LONG = timedelta(minutes=5)
"""What waits for longer is worth a look."""

A_PAGE = 12


@command(role=Role.READER)
async def undelivered(ctx: Context, *, page: Page = 1) -> Card:
    """List what did not arrive, where to and why: given up, or waiting for more than five minutes or for what is closed."""
    now = ctx.now()
    async with ctx.store.look() as tx:
        book, names = await ctx.routes.book(tx), await routes.names(tx)
        dead, late = await tx.owing.dead(), await tx.owing.late(now - LONG)
        backlogs, counted = await tx.owing.backlogs(now - LONG), await tx.owing.all()
    shut = [each for each in backlogs if not each.conversation.active]
    found, find = [*shut, *dead, *late], places(book)
    pages = max(1, -(-len(found) // A_PAGE))
    asked, page = page, min(page, pages)
    here = found[(page - 1) * A_PAGE : page * A_PAGE]
    listed = UndeliveredPage(
        some=tuple(_row(each, where(each.conversation.id, find(each.conversation.id), names)) for each in here),
        **{each.value: sum(one.count for one in counted if one.state is each) for each in DeliveryState},
        late=sum(each.late for each in backlogs if each.conversation.active),
        page=page,
        pages=pages,
        asked=asked,
        may_retry=retrying.worth_it([*shut, *dead]) and ctx.role.allows(Role.OPERATOR),
    )
    return undelivered_card(listed, now)


def _row(each: Pending | Backlog, name: str) -> Missed | Closed:
    why = closed(each.conversation)
    return (
        Closed(what=each, where=name, why=why)
        if isinstance(each, Backlog)
        else Missed(what=each, where=name, closed=why)
    )


class GivenUp(Value, frozen=True, kw_only=True):
    """One delivery that was given up, by its name, or all of them; and what another try would do now."""

    shape: ClassVar[str] = "c12|n3|p4|all"

    name: str
    plan: Retry

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
            plan = await retrying.planned(tx, name, ctx.now())
        if not plan.tried and not plan.opens:
            raise Refusal(_nothing(name, plan), ("undelivered",))
        return cls(name=name, plan=plan)


def _nothing(name: str, plan: Retry) -> str:
    """Why there is nothing to try."""
    if not plan.left:
        return "Nothing was given up." if name == ALL else f"{name} was not given up."
    if name == ALL:
        return f"{_left(plan)} Nothing else was given up."
    return f"{name} cannot be tried from here: {closed(plan.left[0].conversation).rstrip('.')}."


def _left(plan: Retry) -> str:
    """What is not tried, and why; "" where all is."""
    if not plan.left:
        return ""
    some = words.count(len(plan.left), "delivery stays", "deliveries stay")
    why = "because Teams does not let the bot speak there; the command undelivered says what opens it again."
    return f"{some} given up ({retrying.names(plan.left)}), {why}"


def what_is_tried(which: GivenUp) -> tuple[str, Sequence[str]]:
    """The confirmation's title and sentences."""
    everything = "everything that was given up" if which.plan.tried else "what waits for a closed receiver"
    what = everything if which.name == ALL else which.name
    said = [
        "It is tried at once, and again as often as anything new. What arrived after all is then there twice, "
        "unless it can be looked up.",
        _opens(which.plan, "Opens again: "),
        _left(which.plan),
    ]
    return f"Send {what} again?", [each for each in said if each]


def _opens(plan: Retry, before: str = "") -> str:
    """What opens again for it, and what is sent there besides."""
    if not plan.opens:
        return ""
    named = [where(each.id, each, {}) for each in plan.opens]
    behind = f" {words.count(plan.behind, 'delivery that waits there is', 'deliveries that wait there are')} sent, too."
    return f"{before}{', '.join(named)}.{behind if plan.behind else ''}"


@command(role=Role.OPERATOR, question=what_is_tried)
async def undelivered_retry(ctx: Context, which: GivenUp) -> Card:
    """Try what was given up once more: one by its name in the list, like c12, or all."""
    async with ctx.store.begin() as tx:
        plan = await retrying.planned(tx, which.name, ctx.now())
        await retrying.again(tx, plan, ctx.routes, ctx.person.name or ctx.person.id, ctx.now())
    ctx.changed()
    return receipt("It is tried again", _told(plan))


def _told(plan: Retry) -> list[tuple[str, str]]:
    return [
        ("What", words.count(len(plan.tried), "delivery", "deliveries") if plan.tried else ""),
        ("Opened again", _opens(plan).rstrip(".")),
        ("Not tried", _left(plan).rstrip(".")),
        ("Next", "The command undelivered shows what still does not arrive."),
    ]
