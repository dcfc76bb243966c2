"""user: one person's history, from joiner to leaver, over all jobs."""

from datetime import timedelta
from typing import Annotated

from bot import history
from bot.causes import advice
from bot.command import command
from bot.context import Context
from bot.ledger import key_of
from bot.model import Advice, Failure, Happening, Role, Subject
from bot.ports import Card, Logs, Refusal
from cards.user import user as user_card
from cards.user import which as which_card

SHORTEST = 3
NO_LOGS = (
    "I keep no history. With WORKSPACE_ID I read it from Log Analytics; with ARCHIVE_FILE I keep it in a file myself."
)


@command(role=Role.READER)
async def user(
    ctx: Context, who: str, *, since: Annotated[timedelta, "how far back, 30d at most"] = timedelta(days=30)
) -> Card:
    """Show one person's history in all jobs: what was done, each step, what fails now and why."""
    if ctx.logs is None:
        raise Refusal(NO_LOGS)
    if len(who) < SHORTEST:
        raise Refusal(f"'{who}' is too short to find somebody by; write a name, an address or an id.")
    found = await _found(ctx, ctx.logs, who, since)
    if len(found) > 1:
        return which_card(who[:80], found, ctx.now())
    happenings = await _happenings(ctx, ctx.logs, found[0], since)
    async with ctx.store.look() as tx:
        jobs = await tx.reading.jobs()
        entries = await tx.ledger.entries({key_of(each.event) for each in happenings})
    failing = [entry.failure for entry in entries.values() if entry.failure.cleared_at is None]
    names = {each.event.job_id: each.event.app_name or each.event.job_id for each in happenings}
    names |= {job_id: jobs[job_id].name for job_id in names if job_id in jobs}
    return user_card(found[0], happenings, [(each, _advice(each)) for each in failing], names, since, ctx.now())


async def _found(ctx: Context, logs: Logs, who: str, since: timedelta) -> list[Subject]:
    now = ctx.now()
    rows = await logs.query(history.finding(who), timespan=(now - since, now), about=history.as_written(who))
    found = history.meant(who, history.subjects(rows))
    if not found:
        days = f"{since.days} days" if since.days > 1 else "day"
        raise Refusal(f"No job has done anything with '{who[:80]}' in the last {days}, as far as the log tells.")
    return found


async def _happenings(ctx: Context, logs: Logs, subject: Subject, since: timedelta) -> list[Happening]:
    now = ctx.now()
    rows = await logs.query(history.story(subject), timespan=(now - since, now), about=history.texts(subject))
    return history.happenings(rows, subject, now)


def _advice(failure: Failure) -> Advice:
    return advice(failure.cause.code, failure.reason)
