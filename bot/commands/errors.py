"""errors: what failed lately, by cause, with what to do."""

from datetime import timedelta
from typing import Annotated

from bot import history
from bot.causes import advice
from bot.command import command
from bot.context import Context
from bot.model import Failing, Job, Role
from bot.ports import Card
from cards.errors import errors as errors_card

# The ledger begins with the day before the bot's first look; of what was earlier the log's home knows more.
KNOWN_BY_HEART = timedelta(hours=24)


@command(role=Role.READER)
async def errors(
    ctx: Context,
    job: Job | None = None,
    *,
    since: Annotated[timedelta, "how far back, 30d at most"] = timedelta(hours=24),
) -> Card:
    """Show recent errors grouped by cause, with what they mean and what to do."""
    now = ctx.now()
    async with ctx.store.look() as tx:
        jobs = await tx.reading.jobs()
        failed = await tx.ledger.failed_since(now - since)
    groups = [group for job_id, found in failed.items() if job is None or job_id == job.id for group in found]
    if ctx.logs is not None and since > KNOWN_BY_HEART:
        asked = history.past_errors(job.id if job else "")
        groups = history.merged(groups, history.failing(await ctx.logs.query(asked, timespan=(now - since, now))))
    groups.sort(key=lambda group: (-group.still, -group.count, group.job_id, group.cause.key))
    rows = [(group, advice(group.cause.code, _reason(group)), _name(group, jobs)) for group in groups]
    return errors_card(rows, _span(since), now, job=job.name if job else "")


def _reason(group: Failing) -> str:
    return group.examples[0].reason if group.examples else ""


def _name(group: Failing, jobs: dict[str, Job]) -> str:
    if group.job_id in jobs:
        return jobs[group.job_id].name
    return next((failure.app_name for failure in group.examples if failure.app_name), group.job_id)


def _span(since: timedelta) -> str:
    hours = since.total_seconds() / 3600
    if hours < 1:
        return f"{hours * 60:.0f} min"
    return f"{hours:.0f} h" if hours <= 48 else f"{hours / 24:.0f} days"
