"""explain: what an error code means, what to do about it, and whether it is about right now."""

from bot.causes import advice
from bot.command import command
from bot.context import Context
from bot.model import Role
from bot.ports import Card
from cards.explain import explain as explain_card


@command(role=Role.READER)
async def explain(ctx: Context, code: str) -> Card:
    """Say what an error code means, who must act, and whether Microsoft tries again by itself."""
    known = advice(code.strip())
    async with ctx.store.look() as tx:
        jobs, failing = await tx.reading.jobs(), await tx.ledger.failing()
    now = [
        (jobs[job_id].name if job_id in jobs else job_id, job_id, group.count)
        for job_id, groups in failing.items()
        for group in groups
        if group.cause.code.lower() == known.code.lower()
    ]
    return explain_card(code.strip(), known, sorted(now, key=lambda row: -row[2]))
