"""audit: who asked the bot to change something, and how it ended."""

from datetime import timedelta
from typing import Annotated

from msgspec.structs import replace

from bot.command import command
from bot.context import Context
from bot.model import Job, Person, Role
from bot.parameters import Page
from bot.ports import Card
from bot.trail import told
from cards.audit import PAGE, Asked
from cards.audit import audit as audit_card


@command(role=Role.OPERATOR, in_place=True, reads=True)
async def audit(
    ctx: Context,
    *,
    days: Annotated[int, "how many days back"] = 7,
    person: Annotated[Person | None, "only what this person asked for"] = None,
    job: Annotated[Job | None, "only what was about this job"] = None,
    page: Page = 1,
) -> Card:
    """Show who asked me to change something and how it ended, also what was denied, cancelled or never confirmed."""
    since = ctx.now() - timedelta(days=days)
    async with ctx.store.begin() as tx:
        await tx.people.forget(ctx.now())  # so that what has just expired is told too
        found = await tx.people.trail(
            PAGE + 1,
            since=since,
            person=person.id if person else "",
            word=job.id if job else "",
            skip=(page - 1) * PAGE,
        )
        names = {each.id: each.name for each in (await tx.reading.jobs()).values()}
        names |= {each.id: each.name for each in await tx.people.met() if each.name}
    asked = Asked(days=days, page=page, person=person, job=job)
    return audit_card([replace(each, words=told(each.words, names)) for each in found], asked, ctx.now())
