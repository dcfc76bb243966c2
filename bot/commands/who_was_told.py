"""who-was-told: each receiver of an incident, what it was sent and how that ended."""

from bot import routes
from bot.command import command
from bot.context import Context
from bot.model import ConversationState, Incident, Role
from bot.on_call import on_call
from bot.parameters import Page
from bot.ports import Card
from bot.who_was_told import asked, receivers
from cards.who_was_told import who_was_told as told_card

A_PAGE = 10


@command(role=Role.READER)
async def who_was_told(ctx: Context, incident: Incident, *, page: Page = 1) -> Card:
    """Show who was told of an incident, when, how it ended, what still waits, and which route led there."""
    number = incident.number
    async with ctx.store.look() as tx:
        duty = await on_call(tx, ctx.routes.arranged.oncall, ctx.now())
        book, names = await ctx.routes.book(tx), await routes.names(tx)
        refused = [each.id for each in book.conversations.values() if each.state is ConversationState.REFUSED]
        everybody = receivers(
            incident,
            book,
            names,
            cards=await tx.owing.places(number),
            pending=await tx.owing.of(number),
            tellings=await tx.told.of(number),
            held=await tx.held.of(number),
            asked=asked(incident, await tx.timeline.of(number), duty.people if duty else ()),
            closed_since=await tx.told.given_up_at(refused),
        )
    pages = max(1, -(-len(everybody) // A_PAGE))
    wanted, page = page, min(page, pages)
    some = everybody[(page - 1) * A_PAGE : page * A_PAGE]
    return told_card(incident, some, ctx.now(), every=len(everybody), page=page, pages=pages, asked=wanted)
