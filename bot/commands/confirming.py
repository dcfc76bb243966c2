"""confirm and cancel: the two buttons of a confirmation card."""

from bot.command import command
from bot.context import Context
from bot.model import Role
from bot.ports import Card, Refusal
from cards.message import message


@command(role=Role.READER, in_place=True, for_all=True, hidden=True)
async def confirm(ctx: Context, token: str) -> Card:
    """Run the command that waits for its confirmation."""
    return await ctx.confirmed(ctx, token)


@command(role=Role.READER, in_place=True, for_all=True, hidden=True)
async def cancel(ctx: Context, token: str) -> Card:
    """Let the command that waits fall."""
    async with ctx.store.begin() as tx:
        waiting = await tx.people.asked(token)
        if waiting is None:
            raise Refusal("That was confirmed or cancelled already, or it is too old.")
        if waiting.person.id != ctx.person.id or waiting.conversation_id != ctx.conversation.id:
            raise Refusal("Only the person who asked can cancel that, in the conversation where it was asked.")
        await tx.people.take(token)
    return message("Cancelled", f"Nothing was done: `{waiting.command}` was not run.")
