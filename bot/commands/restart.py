"""restart: begin a job's cycle anew, after a question that says what is forgotten."""

from collections.abc import Sequence
from typing import Annotated

from bot.command import command
from bot.context import Context
from bot.model import Job, RestartScope, Role
from bot.notify import note_act
from bot.ports import Card
from bot.restarts import IN_SHORT, MEANING, TOGETHER, reset_scope
from cards.receipt import receipt

PORTAL = (RestartScope.PORTAL,)


def what_is_forgotten(job: Job, scope: tuple[RestartScope, ...] = PORTAL) -> tuple[str, Sequence[str]]:
    """The confirmation's title and sentences. Raises Refusal for scopes that do not go together."""
    reset_scope(scope)
    sentences = [MEANING[each] for each in scope]
    if (
        job.quarantine is not None
        and job.quarantine.reason == "TooManyDeletes"
        and RestartScope.FORCE_DELETES not in scope
    ):
        sentences.append(
            "The job waits because of too many deletions. Repair its scope first, or they are staged again."
        )
    elif job.quarantine is not None:
        sentences.append(
            "If what led to the quarantine is not repaired, the job will be back in it after its next cycle."
        )
    return f"Restart {job.name}?", sentences


@command(role=Role.OPERATOR, question=what_is_forgotten, choices={**IN_SHORT, "": TOGETHER})
async def restart(
    ctx: Context, job: Job, *, scope: Annotated[tuple[RestartScope, ...], "what is forgotten"] = PORTAL
) -> Card:
    """Start a job's cycle anew; the scope says what is forgotten."""
    await ctx.jobs.restart(job, scope)
    async with ctx.store.begin() as tx:
        await note_act(tx, job.id, ctx.person.name or ctx.person.id, f"restart, {', '.join(scope)}", ctx.now())
    ctx.look_soon()
    pairs = [
        ("Job", job.name),
        ("Scope", ", ".join(scope)),
        ("By", ctx.person.name or ctx.person.id),
        ("At", f"{ctx.now():%d %b %H:%M:%S} UTC"),
        ("Next", "A new cycle begins. The incident's card follows what the log says; nothing more is to be done here."),
    ]
    return receipt(f"{job.name} is restarting", pairs)
