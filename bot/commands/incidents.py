"""incidents and incident: all of them at a glance, and one with everything that happened to it."""

from bot.command import command
from bot.context import Context
from bot.model import Role
from bot.ports import Card, Refusal
from bot.present import advice_for
from bot.words import incident_number
from cards.incidents import incidents as incidents_card
from cards.timeline import timeline


@command(role=Role.READER)
async def incidents(ctx: Context, *, all: bool = False) -> Card:  # noqa: A002
    """List what is open, snoozed or held back, the worst first; with --all also what is over."""
    async with ctx.store.look() as tx:
        found = await tx.incidents.latest() if all else await tx.incidents.open()
    return incidents_card(found, ctx.now(), all=all)


@command(role=Role.READER)
async def incident(ctx: Context, number: str) -> Card:
    """Show one incident with everything that happened to it."""
    wanted = incident_number(number)
    async with ctx.store.look() as tx:
        found, steps = await tx.incidents.get(wanted), await tx.timeline.of(wanted)
    if found is None:
        raise Refusal(f"There is no incident #{wanted}.", ("incidents", "incidents --all"))
    return timeline(found, advice_for(found), steps, ctx.now())
