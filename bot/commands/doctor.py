"""doctor: what the bot needs, and whether it has it."""

from typing import Annotated

from bot.command import command
from bot.context import Context
from bot.model import Role
from bot.ports import Card
from cards.doctor import doctor as doctor_card


@command(role=Role.OPERATOR)
async def doctor(ctx: Context, *, all_: Annotated[bool, "also what is well, each in full"] = False) -> Card:
    """Check what I need: database, sign-in, permissions, logs, clock, broken rows, archive, deliveries."""
    return doctor_card(await ctx.examine(), every=all_)
