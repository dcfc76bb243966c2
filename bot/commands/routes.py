"""routes: who hears of what, and whether anything arrives there."""

from typing import Annotated

from msgspec.structs import replace

from bot import routes as every_route
from bot.command import command
from bot.context import Context
from bot.model import Role
from bot.model.routes import Route
from bot.parameters import Page
from bot.ports import Card
from bot.replay import Made, Past, replay
from bot.route_words import shown, where
from bot.routing import Book, places
from cards.routes import RoutesPage
from cards.routes import routes as routes_card

A_PAGE = 15


@command(role=Role.READER)
async def routes(
    ctx: Context,
    *,
    page: Page = 1,
    dry_run: Annotated[bool, "also count what each would have sent in the last 7 days"] = False,
) -> Card:
    """List every route: where it leads, what it matches, who made it; with --dry-run also what it made of the last 7 days."""
    async with ctx.store.look() as tx:
        book, names = await ctx.routes.book(tx), await every_route.names(tx)
        refusals = await tx.told.refusals()
        past = await every_route.past(tx, ctx.now()) if dry_run else None
    pages = max(1, -(-len(book.routes) // A_PAGE))
    asked, page = page, min(page, pages)
    some = book.routes[(page - 1) * A_PAGE : page * A_PAGE]
    made = [_made(each, past, book) if past else None for each in some]
    find = places(book)
    return routes_card(
        RoutesPage(
            shown=tuple(shown(each, book, names, one, refusals) for each, one in zip(some, made, strict=True)),
            every=len(book.routes),
            page=page,
            asked=asked,
            pages=pages,
            fallback=tuple(where(to, find(to), names) for to in book.fallback),
            counted=past is not None,
            outdated=bool(ctx.routes.problem),
            mistakes=_mistakes(ctx),
        )
    )


def _made(route: Route, past: Past, book: Book) -> Made:
    """What it would have sent; what its receiver does not take is not counted."""
    found = replay(route.matchers, past, book)
    return replace(found, notes=None) if route.to in book.no_notes else found


def _mistakes(ctx: Context) -> tuple[str, ...]:
    """What is wrong with the file, for those who may know where it lies and what stands in it: one line each."""
    lines = [each.strip() for each in ctx.routes.problem.splitlines()] if ctx.role.allows(Role.OPERATOR) else []
    # The first line of several only says which file has them.
    return tuple(lines[1:] or lines)
