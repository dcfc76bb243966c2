"""assign: an incident is given to somebody."""

from bot import holding
from bot.command import command
from bot.context import Context
from bot.model import ConversationKind, Incident, Person, Role
from bot.notify import tell
from bot.ports import Card, Refusal
from bot.present import incident_card
from bot.taking import assign as assigned


@command(role=Role.OPERATOR, in_place=True)
async def assign(ctx: Context, incident: Incident, person: Person) -> Card:
    """Give an incident to somebody, or with `me` take it; it is shown in that person's chat with me as well."""
    async with ctx.store.begin() as tx:
        now = await tx.incidents.get(incident.number)
        if now is None or not now.open:
            raise Refusal(f"Incident #{incident.number} is resolved already.")
        if now.assigned_to is not None and now.assigned_to.id == person.id:
            raise Refusal(f"{person.name or person.id} has incident #{incident.number} already.")
        after = await tell(tx, assigned(now, person, ctx.person, ctx.now()), ())
        if person.id != ctx.person.id:
            for place in (await tx.conversations.all()).values():
                if place.kind is ConversationKind.PERSONAL and place.active and place.user_id == person.id:
                    await holding.show(tx, after, [place], ctx.now())
    ctx.changed()
    return incident_card(after, ctx.now())
