"""Another try for what was given up: webhooks and mail addresses are opened again for it; what Teams has closed opens there alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.adapters.store import Transaction
from bot.model import Conversation, Value
from bot.model.telling import Backlog, Pending
from bot.routes import Routes

ALL = "all"
MOST = 10_000


class Retry(Value, frozen=True, kw_only=True):
    """What is tried, what is `left` because Teams has closed where it goes, and what is opened again; `behind` is how much
    waits there besides.
    """

    tried: tuple[Pending, ...] = ()
    left: tuple[Pending, ...] = ()
    opens: tuple[Conversation, ...] = ()
    behind: int = 0


def shut(each: Conversation) -> bool:
    """Whether it is closed, and can be opened from here."""
    return not each.active and not each.in_teams


def in_reach(each: Conversation) -> bool:
    """Whether something can be tried there, now or once it is opened from here."""
    return each.active or not each.in_teams


def worth_it(some: Iterable[Pending | Backlog]) -> bool:
    """Whether another try would reach any of what was given up, or waits for what is closed."""
    return any(in_reach(each.conversation) for each in some)


async def planned(tx: Transaction, name: str, now: datetime) -> Retry:
    """What another try does for the delivery of a name, or for all; nothing where there is nothing of that kind."""
    dead = [each for each in await tx.owing.dead(MOST) if name in (ALL, each.name)]
    places = (await tx.conversations.all()).values() if name == ALL else [each.conversation for each in dead]
    opens = {each.id: each for each in places if shut(each)}
    waiting = await tx.owing.backlogs(now) if opens else []
    return Retry(
        tried=tuple(each for each in dead if in_reach(each.conversation)),
        left=tuple(each for each in dead if not in_reach(each.conversation)),
        opens=tuple(opens.values()),
        behind=sum(each.count for each in waiting if each.conversation.id in opens),
    )


async def again(tx: Transaction, plan: Retry, routes: Routes, by: str, now: datetime) -> None:
    """All that is planned is due now."""
    await routes.reopen(tx, plan.opens, now)
    await tx.owing.try_again(plan.tried, now)
    await tx.told.take_back(plan.tried, by, now)


def names(some: Sequence[Pending]) -> str:
    """What the first of them are called."""
    return ", ".join(each.name for each in some[:3]) + (" and others" if len(some) > 3 else "")
