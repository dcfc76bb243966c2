"""token: a date that Graph does not know, told by somebody who does."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from bot.command import command
from bot.context import Context
from bot.model import Job, Role
from bot.ports import Card, Refusal
from cards.receipt import receipt

_LONGEST_YEARS = 20


@command(role=Role.OPERATOR)
async def token(ctx: Context, job: Job, date: str) -> Card:
    """Say when a job's SCIM token ends, e.g. `token plotter 2027-03-31`; `token plotter none` forgets it."""
    by = ctx.person.name or ctx.person.id
    if date.lower() == "none":
        async with ctx.store.begin() as tx:
            await tx.credentials.forget_token(job.id)
        return receipt(f"The token of {job.name} is forgotten", [("By", by)])
    ends = _day(date, ctx.now())
    async with ctx.store.begin() as tx:
        await tx.credentials.tell_token(job.id, ends, by, ctx.now())
    return _told(job, ends, ctx)


def _told(job: Job, ends: datetime, ctx: Context) -> Card:
    pairs = [
        ("Ends", f"{ends:%d %b %Y}"),
        ("By", ctx.person.name or ctx.person.id),
        ("Next", "An incident opens 30 days before, and tells again at 14, 7 and 1 days."),
    ]
    return receipt(f"The token of {job.name} is noted", pairs)


def _day(word: str, now: datetime) -> datetime:
    """The day's beginning in UTC. Raises Refusal."""
    try:
        found = date.fromisoformat(word) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", word) else None
    except ValueError:
        found = None
    if found is None or abs(found.year - now.year) > _LONGEST_YEARS:
        raise Refusal(f"'{word[:40]}' is not a date; write it as 2027-03-31.")
    return datetime(found.year, found.month, found.day, tzinfo=UTC)
