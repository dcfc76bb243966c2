"""confirm and cancel: the two buttons of a confirmation card."""

from bot import trail
from bot.command import command, commands
from bot.confirming import take
from bot.context import Context
from bot.model import Role
from bot.ports import Card
from cards.message import message


@command(role=Role.READER, in_place=True, for_all=True, hidden=True)
async def confirm(ctx: Context, token: str) -> Card:
    """Run the command that waits for its confirmation."""
    return await ctx.confirmed(ctx, token)


@command(role=Role.READER, in_place=True, for_all=True, hidden=True)
async def cancel(ctx: Context, token: str) -> Card:
    """Let the command that waits fall."""
    waiting = await take(ctx, token, trail.CANCELLED)
    return message("Cancelled", f"Nothing was done: `{commands()[waiting.command].typed}` was not run.")
