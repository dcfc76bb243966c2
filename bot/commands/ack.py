"""ack: somebody takes an incident."""

from bot.command import command
from bot.context import Context
from bot.incidents import acknowledge
from bot.model import Incident, Role, State
from bot.notify import tell
from bot.ports import Card, Refusal
from bot.present import incident_card


@command(role=Role.OPERATOR, in_place=True)
async def ack(ctx: Context, incident: Incident) -> Card:
    """Acknowledge an incident: its card says that you have it."""
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
