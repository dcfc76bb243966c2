"""status: one job, read now."""

from bot.command import command
from bot.context import Context
from bot.model import Job, Role
from bot.ports import Card
from cards.job import job as job_card


@command(role=Role.READER)
async def status(ctx: Context, job: Job) -> Card:
    """Show one job: its state now, its last cycle, what fails and since when."""
    now_read = await ctx.jobs.get(job)
    async with ctx.store.look() as tx:
        failing = (await tx.ledger.failing()).get(job.id, ())
        incidents = [each for each in await tx.incidents.open() if each.alert.job_id == job.id]
    return job_card(now_read, failing, incidents, ctx.now())
