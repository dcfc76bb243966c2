"""watch and unwatch: which incidents are shown in this conversation, or in somebody's own chat."""

from msgspec.structs import replace

from bot import routes as every_route
from bot.adapters.store import Transaction
from bot.command import command
from bot.context import Context
from bot.model import Conversation, ConversationKind, Role, Severity
from bot.model.routes import JobKind, Matchers, Route
from bot.notify import show_open
from bot.ports import Card, Refusal
from bot.replay import replay
from bot.route_words import SETTINGS, label, shown
from bot.watched import HERE, ME, Watched, persona_of, rules_of
from cards.watching import ended_elsewhere, tried, unwatched, watching

ALL = "all"
MOST = 50
"""Routes that lead to one conversation; more are better written as patterns."""


@command(role=Role.READER)
async def watch(
    ctx: Context,
    jobs: Watched | None = None,
    *,
    severity: Severity | None = None,
    rule: str = "",
    kind: JobKind | None = None,
    persona: str = "",
    only_mine: bool = False,
    dry_run: bool = False,
) -> Card:
    """Show incidents here as living cards, or with `watch me` in your own chat: all of them, or those that you name."""
    asked = jobs or Watched()
    place = await _place(ctx, asked.where)
    wanted = Matchers(
        jobs=asked.jobs,
        kinds=(kind,) if kind else (),
        rules=rules_of(rule, ctx.routes.rule_names()),
        severity=severity,
        owners=(ctx.person.id,) if only_mine else (),
        personas=persona_of(persona),
    )
    route = Route(to=place.id, matchers=wanted, made_by=ctx.person, made_at=ctx.now())
    if dry_run:
        return await _tried(ctx, place, route)
    async with ctx.store.begin() as tx:
        await tx.conversations.save(replace(place, active=True))  # where somebody asks, the bot may speak again
        kept, new = await _added(tx, route)
        book = await ctx.routes.book(tx)
        await show_open(tx, place, book, ctx.now())
        told = shown(kept, book, await every_route.names(tx))
    ctx.changed()
    return watching(place, told, new=new)


@command(role=Role.READER)
async def unwatch(ctx: Context, which: str = "") -> Card:
    """End a route by its number, or with `all` every one that leads here; cards that stand are still brought up to date."""
    word = which.strip().lower().lstrip("#")
    if word.startswith(SETTINGS.lower()) and word[1:].isdigit():
        raise _of_settings(ctx, int(word[1:]))
    own = word.split()[:1] == [ME]
    place = await _place(ctx, ME if own else HERE)
    word = word.removeprefix(ME).strip() if own else word.removeprefix(HERE).strip()
    async with ctx.store.begin() as tx:
        gone = await _ended(ctx, tx, place, word, own=own)
        for each in gone:
            await tx.routes.remove(each.number)
        book = await ctx.routes.book(tx)
        names = await every_route.names(tx)
        left = [each for each in book.routes if each.to == place.id]
        told = [shown(each, book, names) for each in gone]
    if any(each.to != place.id for each in gone):
        return ended_elsewhere(told[0])
    return unwatched(place, told, [shown(each, book, names) for each in left], where=ME if own else "")


async def _tried(ctx: Context, place: Conversation, route: Route) -> Card:
    async with ctx.store.look() as tx:
        book = await ctx.routes.book(tx)
        past = await every_route.past(tx, ctx.now())
        told = shown(route, book, await every_route.names(tx))
    return tried(place, told, replay(route.matchers, past, book))


async def _added(tx: Transaction, route: Route) -> tuple[Route, bool]:
    """The route as it is kept, and whether it is new. Raises Refusal."""
    here = [each for each in await tx.routes.all() if each.to == route.to]
    same = next((each for each in here if each.matchers == route.matchers), None)
    if same is not None:
        return same, False
    if len(here) >= MOST:
        raise Refusal(f"{MOST} routes lead there already; end some, or write a pattern such as Workday*.", ("routes",))
    return await tx.routes.add(route), True


async def _ended(ctx: Context, tx: Transaction, place: Conversation, word: str, *, own: bool) -> list[Route]:
    """The routes that are meant. Raises Refusal."""
    every = await tx.routes.all()
    here = [each for each in every if each.to == place.id]
    if word == ALL or (not word and len(here) <= 1):
        return here
    if not word:
        mine = f"{ME} " if own else ""
        lines = [*(f"unwatch {label(each)}" for each in here[:4]), f"unwatch {mine}{ALL}"]
        raise Refusal(f"{len(here)} routes lead here. Which one shall end?", lines)
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
    return [found]


def _of_settings(ctx: Context, number: int) -> Refusal:
    arranged = ctx.routes.arranged
    if all(each.number != number for each in arranged.routes):
        return Refusal(f"There is no route {SETTINGS}{number}.", ("routes",))
    return Refusal(
        f"Route {SETTINGS}{number} stands in the settings ([[routes]] {number} of {arranged.file}), so chat cannot end it; "
        "it ends when it is taken out of that file and the bot is started anew."
    )


async def _place(ctx: Context, where: str) -> Conversation:
    if where != ME or ctx.conversation.kind is ConversationKind.PERSONAL:
        return ctx.conversation
    async with ctx.store.look() as tx:
        known = await tx.conversations.own(ctx.person.id)
    if known is None:
        raise Refusal("I have no personal chat with you yet. Open one with me, say hello, and ask again.")
    return known
