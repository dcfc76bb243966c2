"""jobs: every provisioning job at a glance."""

from bot.command import command
from bot.context import Context
from bot.model import Role
from bot.ports import Card
from cards.jobs import jobs as jobs_card


@command(role=Role.READER)
async def jobs(ctx: Context) -> Card:
    """List the provisioning jobs, those in trouble first."""
    async with ctx.store.look() as tx:
        known = await tx.reading.jobs()
        failing = await tx.ledger.failing()
    rows = [(job, sum(group.count for group in failing.get(job.id, ()))) for job in known.values()]
    return jobs_card(rows, ctx.now())
