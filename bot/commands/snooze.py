"""snooze and wake: silence about one incident, for a while and with a reason."""

from datetime import timedelta
from typing import Annotated

from bot.command import command
from bot.context import Context
from bot.model import Incident, Role, Severity, Snooze, SnoozeEnd
from bot.notify import tell
from bot.ports import Card, Refusal
from bot.present import incident_card
from bot.snoozes import LONGEST
from bot.snoozes import snooze as snoozed
from bot.snoozes import wake as woken
from cards import words
from cards.snooze import ask


@command(role=Role.OPERATOR, in_place=True)
async def snooze(
    ctx: Context,
    incident: Incident,
    *,
    for_: Annotated[timedelta | None, "for how long; the worse the incident is, the less is allowed"] = None,
    until: Annotated[SnoozeEnd | None, "what ends it sooner: the next cycle, more failures, or that it is over"] = None,
    reason: Annotated[str, "why, for everybody who sees the card"] = "",
) -> Card:
    """Be silent about an incident for a time, or until the next cycle, until it gets worse or until it is resolved."""
    if not incident.open:
        raise Refusal(f"Incident #{incident.number} is resolved already.", ("incidents",))
    longest = LONGEST[incident.alert.severity]
    if (for_ is None and until is None) or not reason:
        return ask(incident, longest)
    _check(for_, longest, incident.alert.severity)
    wanted = Snooze(
        by=ctx.person,
        reason=reason,
        began=ctx.now(),
        until=ctx.now() + (for_ or longest),
        ends=until,
        conversation_id=ctx.conversation.id,
    )
    async with ctx.store.begin() as tx:
        now = await tx.incidents.get(incident.number)
        if now is None or not now.open:
            raise Refusal(f"Incident #{incident.number} is resolved already.")
        job = (await tx.reading.jobs()).get(now.alert.job_id)
        after = await tell(tx, snoozed(now, wanted, job, ctx.now()), ())
    ctx.changed()
    return incident_card(after, ctx.now())


@command(role=Role.OPERATOR, in_place=True)
async def wake(ctx: Context, incident: Incident) -> Card:
    """End the silence about an incident now."""
    async with ctx.store.begin() as tx:
        now = await tx.incidents.get(incident.number)
        if now is None or not now.open or now.snooze is None:
            raise Refusal(f"Incident #{incident.number} is not snoozed.")
        after = await tell(tx, woken(now, ctx.now(), "woken by hand", ctx.person), ())
    ctx.changed()
    return incident_card(after, ctx.now())


def _check(span: timedelta | None, longest: timedelta, severity: Severity) -> None:
    if span is not None and span > longest:
        raise Refusal(
            f"That is too long: an incident of severity {severity} can be snoozed for {words.duration(longest)} at most."
        )
