"""incidents and incident: all of them at a glance, and one with everything that happened to it."""

from typing import Annotated

from bot import holding
from bot.command import command
from bot.context import Context
from bot.model import Role
from bot.ports import Card, Refusal
from bot.present import advice_for
from bot.words import incident_number
from cards.incident_rows import rows_of
from cards.incidents import incidents as incidents_card
from cards.timeline import timeline


@command(role=Role.READER)
async def incidents(ctx: Context, *, all: Annotated[bool, "also what is over"] = False) -> Card:  # noqa: A002
    """List what is open, snoozed or held back, the worst first; with --all also what is over."""
    async with ctx.store.look() as tx:
        found = await tx.incidents.latest() if all else await tx.incidents.open()
    return incidents_card(found, ctx.now(), all=all)


@command(role=Role.READER)
async def incident(
    ctx: Context,
    number: str,
    *,
    page: Annotated[int | None, "the rows and objects behind it, from this page on"] = None,
) -> Card:
    """Show one incident with everything that happened to it; with --page the rows and objects behind it, page by page."""
    wanted = incident_number(number)
    async with ctx.store.look() as tx:
        found, steps = await tx.incidents.get(wanted), await tx.timeline.of(wanted)
        held = any(each.conversation_id == ctx.conversation.id for each in await tx.held.of(wanted))
    if found is None:
        raise Refusal(f"There is no incident #{wanted}.", ("incidents", "incidents --all"))
    if page is not None:
        return rows_of(found, page)
    if held and found.open:
        async with ctx.store.begin() as tx:
            await holding.show(tx, found, [ctx.conversation], ctx.now(), through=True)
        ctx.changed()
    return timeline(found, advice_for(found), steps, ctx.now())
