"""ack: somebody takes an incident."""

from collections.abc import Sequence

from bot.command import command
from bot.context import Context
from bot.model import Incident, Role, State
from bot.notify import tell
from bot.on_call import may_take, on_call
from bot.ports import Card, Refusal
from bot.present import incident_card
from bot.taking import acknowledge
from bot.words import incident_number


async def on_call_for(ctx: Context, words: Sequence[str]) -> bool:
    """Whether it is an open incident that goes to this person, being on call; and who may read nothing else has to have
    its card here.
    """
    try:
        number = incident_number(" ".join(words))
    except Refusal:
        return False
    async with ctx.store.look() as tx:
        found = await tx.incidents.get(number)
        duty = await on_call(tx, ctx.routes.arranged.oncall, ctx.now())
        seen = ctx.role is not Role.NOBODY or await tx.outbox.card_of(number, ctx.conversation.id) is not None
    return seen and found is not None and found.open and may_take(ctx.person, found, duty)


@command(role=Role.OPERATOR, in_place=True, also=on_call_for)
async def ack(ctx: Context, incident: Incident) -> Card:
    """Acknowledge an incident: its card says that you have it. Who is on call for it may, too."""
    async with ctx.store.begin() as tx:
        now = await tx.incidents.get(incident.number)
        if now is None or not now.open:
            raise Refusal(f"Incident #{incident.number} is resolved already.")
        if now.state is State.ACKNOWLEDGED:
            raise Refusal(f"{now.acknowledged_by} has incident #{incident.number} already.")
        change = acknowledge(now, ctx.person, ctx.now())
        after = await tell(tx, change, ())
    ctx.changed()
    return incident_card(after, ctx.now())
