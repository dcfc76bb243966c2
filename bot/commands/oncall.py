"""oncall: who is asked, one after the other, to take what nobody takes."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import ClassVar

from bot import trail
from bot.adapters.store import Transaction
from bot.command import command
from bot.context import Context
from bot.model import Person, Role, Value
from bot.model.held import Duty
from bot.on_call import on_call
from bot.ports import Card, Refusal
from bot.words import read_person
from cards.oncall import Rota
from cards.oncall import oncall as oncall_card

RESET = "reset"
MOST = 20


class Wanted(Value, frozen=True, kw_only=True):
    """People, first to last; nobody gives it back to the settings."""

    shape: ClassVar[str] = "me|@person…|reset"

    people: tuple[Person, ...] = ()

    @classmethod
    async def read(cls, ctx: Context, text: str) -> Wanted:
        """People parted by commas, @ or "and". Raises Refusal."""
        if text.strip().lower() == RESET:
            return cls()
        plain = re.sub(r"</?at>", " @ ", text)
        named = [part.strip() for part in re.split(r",|@|;|\band\b", plain) if part.strip()]
        if not named or len(named) > MOST:
            raise Refusal(f"Name one to {MOST} people, parted by commas.", ("oncall me", f"oncall {RESET}"))
        found = [await read_person(ctx, each) for each in named]
        return cls(people=tuple({each.id.lower(): each for each in found}.values()))


@command(role=Role.READER)
async def oncall(ctx: Context, who: Wanted | None = None, *, for_: timedelta | None = None) -> Card:
    """Show who is on call and what waits; operators name others, e.g. `oncall me, @Bob --for 12h`, until `oncall reset`."""
    if for_ is not None and (who is None or not who.people):
        raise Refusal("--for says how long those are on call whom you name: `oncall me, @Bob --for 12h`.")
    if who is None:
        async with ctx.store.look() as tx:
            return await _shown(ctx, tx)
    words = ",".join(each.id for each in who.people) or RESET
    if not ctx.role.allows(Role.OPERATOR):
        await trail.note(ctx, "oncall", words, trail.DENIED)
        raise Refusal("Who is on call is changed by operators. An administrator of this bot can add you to OPERATORS.")
    async with ctx.store.begin() as tx:
        until = None if for_ is None else ctx.now() + for_
        wanted = Duty(people=who.people, until=until, set_by=ctx.person, set_at=ctx.now()) if who.people else None
        await tx.wishes.put_on_call(wanted)
        await tx.people.record(trail.entry(ctx, "oncall", words, trail.DONE))
        return await _shown(ctx, tx)


async def _shown(ctx: Context, tx: Transaction) -> Card:
    duty = await on_call(tx, ctx.routes.arranged.oncall, ctx.now())
    waits = [each for each in await tx.incidents.open() if each.unattended and each.waiting and each.waiting.next_at]
    asked = [each for each in await tx.incidents.open() if each.unattended and each.waiting and each.waiting.spent]
    looking = frozenset(each.id for each in duty.people if not ctx.role_of(each).allows(Role.OPERATOR)) if duty else ()
    return oncall_card(Rota(duty=duty, only_look=frozenset(looking), waits=tuple(waits), spent=tuple(asked)), ctx.now())
