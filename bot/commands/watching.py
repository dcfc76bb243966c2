"""watch and unwatch: which incidents are shown in this conversation, or in somebody's own chat."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated

from bot import routes as every_route
from bot.adapters.store import Transaction
from bot.command import command
from bot.context import Context
from bot.covering import covering
from bot.kqlrules.header import PERSONAS
from bot.model import Conversation, ConversationKind, Role, Severity
from bot.model.routes import Matchers, Route
from bot.named_jobs import BETWEEN
from bot.notify import show_open
from bot.ports import Card, Refusal
from bot.replay import replay
from bot.route_words import SETTINGS, RouteShown, label, shown
from bot.routing import Book, places
from bot.watched import EVERYTHING, HERE, ME, ForWhom, Kinds, RuleNames, Watched
from cards.watching import ended_elsewhere, tried, unwatched, watching

ALL = "all"
MOST = 50
"""Routes that lead to one conversation; more are better written as patterns."""
FIRST = 4
"""Routes that are named, and offered, where it is asked which one is meant."""


@command(role=Role.READER)
async def watch(
    ctx: Context,
    jobs: Annotated[Watched | None, "words of jobs' names, or patterns such as Sales*; me: in your own chat"] = None,
    *,
    severity: Annotated[Severity | None, "only what is this severe, or worse"] = None,
    rule: Annotated[RuleNames | None, "only these rules, or patterns such as job_*; rules lists them"] = None,
    kind: Annotated[Kinds | None, "only jobs of this kind, or these, with commas between them"] = None,
    persona: Annotated[
        ForWhom | None, f"only rules for these people, with commas between them: {', '.join(PERSONAS)}"
    ] = None,
    only_mine: Annotated[bool, "only jobs whose application you own in Entra ID"] = False,
    dry_run: Annotated[bool, "make no route, but count what it would have sent in the last 7 days"] = False,
) -> Card:
    """Show incidents here as living cards, or with `watch me` in your own chat: all of them, or those that you name."""
    asked = jobs or Watched()
    place = await _place(ctx, asked.where)
    wanted = Matchers(
        jobs=asked.jobs,
        kinds=kind.kinds if kind else (),
        rules=rule.names if rule else (),
        severity=severity,
        owners=(ctx.person.id,) if only_mine else (),
        personas=persona.personas if persona else (),
    )
    route = Route(to=place.id, matchers=wanted, made_by=ctx.person, made_at=ctx.now())
    if dry_run:
        return await _tried(ctx, place, route)
    async with ctx.store.begin() as tx:
        kept, new = await _added(tx, route)
        book = await ctx.routes.book(tx)
        await show_open(tx, [place], book, ctx.now())
        names = await every_route.names(tx)
        told, wider = shown(kept, book, names), _wider(kept, book, names)
    ctx.changed()
    return watching(place, told, new=new, wider=wider)


@command(role=Role.READER)
async def unwatch(
    ctx: Context, which: Annotated[str, "numbers of routes, with commas between them, or all"] = ""
) -> Card:
    """End routes by their numbers, or with `all` every one that leads here; cards that stand are still brought up to date."""
    words, own = _named(which)
    place = await _place(ctx, ME if own else HERE)
    async with ctx.store.begin() as tx:
        gone = await _ended(ctx, tx, place, words, own=own)
        for each in gone:
            await tx.routes.remove(each.number)
        book = await ctx.routes.book(tx)
        names = await every_route.names(tx)
        left = [each for each in book.routes if each.to == place.id]
        told = [shown(each, book, names) for each in gone]
    if any(each.to != place.id for each in gone):
        return ended_elsewhere(told)
    return unwatched(place, told, [shown(each, book, names) for each in left], where=ME if own else "")


async def _tried(ctx: Context, place: Conversation, route: Route) -> Card:
    async with ctx.store.look() as tx:
        book = await ctx.routes.book(tx)
        past = await every_route.past(tx, ctx.now())
        names = await every_route.names(tx)
        told, wider = shown(route, book, names), _wider(route, book, names)
    return tried(place, told, replay(route.matchers, past, book), wider=wider)


def _wider(route: Route, book: Book, names: Mapping[str, str]) -> RouteShown | None:
    """A route beside which this one changes nothing, in words."""
    find = places(book)
    here = [each for each in book.routes if (place := find(each.to)) is not None and place.id == route.to]
    found = covering(route, [each for each in here if (each.source, each.number) != (route.source, route.number)])
    return None if found is None else shown(found, book, names)


async def _added(tx: Transaction, route: Route) -> tuple[Route, bool]:
    """The route as it is kept, and whether it is new. Raises Refusal."""
    here = [each for each in await tx.routes.all() if each.to == route.to]
    same = next((each for each in here if each.matchers == route.matchers), None)
    if same is not None:
        return same, False
    if len(here) >= MOST:
        raise Refusal(f"{MOST} routes lead there already; end some, or write a pattern such as Workday*.", ("routes",))
    return await tx.routes.add(route), True


def _named(which: str) -> tuple[list[str], bool]:
    """Each route that is named, and whether in one's own chat; marks alone are no name, and do not mean the only route."""
    said = [word.lstrip("#") for word in re.split(r"[,;\s]+", which.lower()) if word not in {"", *BETWEEN}]
    if which.strip() and not any(said):
        return [which.strip()], False
    return list(dict.fromkeys(word for word in said if word not in {"", ME, HERE})), ME in said


async def _ended(ctx: Context, tx: Transaction, place: Conversation, words: Sequence[str], *, own: bool) -> list[Route]:
    """The routes that are meant. Raises Refusal where one of them cannot be ended."""
    every = await tx.routes.all()
    here = [each for each in every if each.to == place.id]
    if " ".join(words) in EVERYTHING or words == ["*"] or (not words and len(here) <= 1):
        return here
    if not words:
        mine = f"{ME} " if own else ""
        lines = [*(f"unwatch {label(each)}" for each in here[:FIRST]), f"unwatch {mine}{ALL}"]
        raise Refusal(f"{len(here)} routes lead here. Which one shall end? {await _told_apart(ctx, tx, here)}", lines)
    return [_one(ctx, place, every, word) for word in words]


async def _told_apart(ctx: Context, tx: Transaction, here: Sequence[Route]) -> str:
    book, names = await ctx.routes.book(tx), await every_route.names(tx)
    first = [f"Route {each.label}: {each.what}." for each in (shown(one, book, names) for one in here[:FIRST])]
    more = len(here) - FIRST
    return " ".join([*first, f"And {more:,} more; `routes` shows them." if more > 0 else ""]).rstrip()


def _one(ctx: Context, place: Conversation, every: Sequence[Route], word: str) -> Route:
    """The route of a number. Raises Refusal where it cannot be ended, or not by whoever asks."""
    if word.startswith(SETTINGS.lower()) and word[1:].isdecimal():
        raise _of_settings(ctx, int(word[1:]))
    if not word.isdecimal():
        raise Refusal(f"'{word[:40]}' is not the number of a route; `routes` shows them.", ("routes", f"unwatch {ALL}"))
    found = next((each for each in every if each.number == int(word)), None)
    if found is None:
        raise Refusal(f"There is no route {word[:9]}.", ("routes",))
    own_route = found.made_by is not None and found.made_by.id == ctx.person.id
    if found.to != place.id and not own_route and not ctx.role.allows(Role.OPERATOR):
        raise Refusal(
            f"Route {word} leads elsewhere and is not yours; an operator can end it, or somebody who is there."
        )
    return found


def _of_settings(ctx: Context, number: int) -> Refusal:
    arranged = ctx.routes.arranged
    if all(each.number != number for each in arranged.routes):
        return Refusal(f"There is no route {SETTINGS}{number}.", ("routes",))
    return Refusal(
        f"Route {SETTINGS}{number} stands in the settings ([[routes]] {number} of {arranged.file}), so chat cannot end it; "
        "it ends when it is taken out of that file, within a minute."
    )


async def _place(ctx: Context, where: str) -> Conversation:
    if where != ME or ctx.conversation.kind is ConversationKind.PERSONAL:
        return ctx.conversation
    async with ctx.store.look() as tx:
        known = await tx.conversations.own(ctx.person.id)
    if known is None:
        raise Refusal("I have no personal chat with you yet. Open one with me, say hello, and ask again.")
    return known
