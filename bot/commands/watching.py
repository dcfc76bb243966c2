"""watch and unwatch: whether incidents are shown in this conversation."""

from msgspec.structs import replace

from bot.command import command
from bot.context import Context
from bot.model import Conversation, ConversationKind, Role
from bot.notify import show_open
from bot.ports import Card, Refusal
from cards.watching import watching

HERE = "here"
ME = "me"


@command(role=Role.READER)
async def watch(ctx: Context, where: str = HERE) -> Card:
    """Show incidents here as living cards, or with `watch me` in your personal chat."""
    place = await _place(ctx, where, "watch")
    async with ctx.store.begin() as tx:
        await tx.conversations.save(replace(place, active=True))  # where somebody asks, the bot may speak again
        await tx.conversations.watch(place.id, True)
        await show_open(tx, place)
    ctx.changed()
    return watching(place, on=True, where=_said(where))


@command(role=Role.READER)
async def unwatch(ctx: Context, where: str = HERE) -> Card:
    """Show no more incidents here, or with `unwatch me` in your personal chat."""
    place = await _place(ctx, where, "unwatch")
    async with ctx.store.begin() as tx:
        await tx.conversations.watch(place.id, False)
    return watching(place, on=False, where=_said(where))


def _said(where: str) -> str:
    """What the buttons of the answer must say to mean the same place."""
    return ME if where.lower() == ME else ""


async def _place(ctx: Context, where: str, verb: str) -> Conversation:
    if where.lower() == HERE or (where.lower() == ME and ctx.conversation.kind is ConversationKind.PERSONAL):
        return ctx.conversation
    if where.lower() != ME:
        said = f"'{where[:40]}' is not a place I know; write `{verb}` or `{verb} me`."
        raise Refusal(said, (verb, f"{verb} me"))
    async with ctx.store.look() as tx:
        known = (await tx.conversations.all()).values()
    for place in known:
        if place.kind is ConversationKind.PERSONAL and place.active and place.user_id == ctx.person.id:
            return place
    raise Refusal("I have no personal chat with you yet. Open one with me, say hello, and ask again.")
