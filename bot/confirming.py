"""Asking first: a confirmation belongs to its asker and its conversation, for two minutes, once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.context import Context
from bot.model import Confirmation, Job
from bot.ports import Refusal

TIME_TO_CONFIRM = timedelta(minutes=2)


def waiting_for(ctx: Context, command: str, words: Sequence[str]) -> Confirmation:
    """A confirmation that this person may give here, from now on."""
    return Confirmation(
        token=secrets.token_urlsafe(12),
        command=command,
        words=" ".join(words),
        person=ctx.person,
        conversation_id=ctx.conversation.id,
        expires_at=ctx.now() + TIME_TO_CONFIRM,
    )


def settled(arguments: Mapping[str, Any]) -> list[str]:
    """The words that stand for just these arguments, so that what was shown is what is done, whatever is named later."""
    words: list[str] = []
    for name, value in arguments.items():
        words += [value.id] if isinstance(value, Job) else [f"--{name}", ",".join(value)]
    return words


def checked(waiting: Confirmation | None, ctx: Context, now: datetime) -> Confirmation:
    """Raise Refusal unless this person may confirm (or cancel) this, here and now."""
    if waiting is None:
        raise Refusal("That was confirmed or cancelled already, or it is too old.")
    if waiting.person.id != ctx.person.id:
        raise Refusal(f"Only {waiting.person.name or 'the person who asked'} can confirm that.")
    if waiting.conversation_id != ctx.conversation.id:
        raise Refusal("That was asked in another conversation; confirm it there.")
    if waiting.expires_at < now:
        raise Refusal("That was asked more than 2 minutes ago. Ask again.", (f"{waiting.command} {waiting.words}",))
    return waiting
