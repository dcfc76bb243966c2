"""Asking first: a confirmation belongs to its asker and its conversation, for two minutes, once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot import trail
from bot.command import commands
from bot.context import Context
from bot.model import Confirmation
from bot.ports import Card, Refusal
from cards.confirm import confirm

TIME_TO_CONFIRM = timedelta(minutes=2)
OVER = "That was confirmed or cancelled already, or it is too old."


async def ask(ctx: Context, command: str, words: str, title: str, sentences: Sequence[str]) -> Card:
    """Let a command wait for its confirmation, and ask for it."""
    asked_at = ctx.now()
    waiting = Confirmation(
        token=secrets.token_hex(12),  # no dashes: they would make a flag of it
        command=command,
        words=words,
        person=ctx.person,
        conversation_id=ctx.conversation.id,
        expires_at=asked_at + TIME_TO_CONFIRM,
    )
    async with ctx.store.begin() as tx:
        await tx.people.ask(waiting)
        await tx.people.record(trail.entry(ctx, command, words, trail.ASKED))
    return confirm(title, sentences, commands()[command].deed, waiting.token, waiting.expires_at, asked_at)


async def take(ctx: Context, token: str, outcome: str) -> Confirmation:
    """What waits under a token, used up by the one who may; `outcome` (or why not) is in the trail. Raises Refusal."""
    async with ctx.store.begin() as tx:
        waiting = await tx.people.asked(token)
        if waiting is None:
            raise Refusal(OVER)
        names = {each.id: each.name for each in (await tx.reading.jobs()).values()}
        if (refusal := _objection(waiting, ctx, outcome, names)) is None and not await tx.people.take(token):
            raise Refusal(OVER)
        mine = waiting.person.id == ctx.person.id
        expired = refusal is not None and mine and waiting.expires_at < ctx.now()
        if expired:
            await tx.people.take(token)
        became = trail.EXPIRED if expired else f"{trail.DENIED}: {refusal}" if refusal else outcome
        await tx.people.record(trail.entry(ctx, waiting.command, waiting.words, became))
    if refusal is not None:
        raise refusal
    return waiting


def _objection(waiting: Confirmation, ctx: Context, outcome: str, names: Mapping[str, str]) -> Refusal | None:
    """Why this person may not confirm (or cancel) this, here and now."""
    verb = "cancel" if outcome == trail.CANCELLED else "confirm"
    if waiting.person.id != ctx.person.id:
        return Refusal(f"Only {waiting.person.name or 'the person who asked'} can {verb} that.")
    if waiting.conversation_id != ctx.conversation.id:
        return Refusal(f"That was asked in another conversation; {verb} it there.")
    if outcome == trail.CANCELLED:
        return None
    if waiting.expires_at < ctx.now():
        again = f"{commands()[waiting.command].typed} {trail.told(waiting.words, names)}"
        return Refusal("That was asked more than 2 minutes ago. Ask again.", (again,))
    needed = commands()[waiting.command].role
    return None if ctx.role.allows(needed) else Refusal("You are not among the operators any more.")
