"""oncall: who is asked, one after the other, to take what nobody takes."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated, ClassVar

from msgspec.structs import replace

from bot import trail
from bot.adapters.store import Transaction
from bot.command import command
from bot.context import Context
from bot.escalation import due
from bot.flags import unquoted
from bot.model import Incident, Person, Role, Value
from bot.model.held import Duty
from bot.on_call import on_call, unreached
from bot.ports import Card, Refusal, Unclear
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
        named = [unquoted(part.strip()) for part in re.split(r",|@|;|\band\b", plain) if part.strip()]
        if not named or len(named) > MOST:
            raise Refusal(f"Name one to {MOST} people, parted by commas.", ("oncall me", f"oncall {RESET}"))
        found: dict[str, Person] = {}
        for at, each in enumerate(named):
            try:
                person = await read_person(ctx, each)
            except Unclear as error:
                meant = [", ".join([*named[:at], one, *named[at + 1 :]]) for one in error.instead]
                raise Unclear(str(error), meant, error.suggestions) from None
            found[person.id.lower()] = person
        return cls(people=tuple(found.values()))


@command(role=Role.READER)
async def oncall(
    ctx: Context,
    who: Annotated[
        Wanted | None, "people in the order in which they are asked; reset: those of the settings again"
    ] = None,
    *,
    for_: Annotated[
        timedelta | None, "for how long, 30d at most; until somebody says otherwise if it is left out"
    ] = None,
) -> Card:
    """Show who is on call and what waits; operators name others, e.g. `oncall me, @Bob --for 12h`, until `oncall reset`."""
    if for_ is not None and (who is None or not who.people):
        raise Refusal("--for says how long those are on call whom you name: `oncall me, @Bob --for 12h`.")
    if who is None:
        return await _shown(ctx)
    words = ",".join(each.id for each in who.people) or RESET
    if not ctx.role.allows(Role.OPERATOR):
        await trail.note(ctx, "oncall", words, trail.DENIED)
        raise Refusal("Who is on call is changed by operators. An administrator of this bot can add you to OPERATORS.")
    async with ctx.store.begin() as tx:
        until = None if for_ is None else ctx.now() + for_
        wanted = Duty(people=who.people, until=until, set_by=ctx.person, set_at=ctx.now()) if who.people else None
        await tx.wishes.put_on_call(wanted)
        await tx.people.record(trail.entry(ctx, "oncall", words, trail.DONE))
    return await _shown(ctx)


async def _shown(ctx: Context) -> Card:
    async with ctx.store.look() as tx:
        duty = await on_call(tx, ctx.routes.arranged.oncall, ctx.now())
    # No transaction waits for the directory.
    await ctx.routes.names.learn(duty.people if duty else ())
    async with ctx.store.look() as tx:
        return oncall_card(await _rota(ctx, tx), ctx.now())


async def _rota(ctx: Context, tx: Transaction) -> Rota:
    duty = ctx.routes.names.put(await on_call(tx, ctx.routes.arranged.oncall, ctx.now()))
    nobodys = [_soon(each, duty, ctx.now()) for each in await tx.incidents.open() if each.unattended]
    people, book = duty.people if duty else (), await ctx.routes.book(tx)
    may = ctx.role.allows(Role.OPERATOR)
    return Rota(
        duty=duty,
        only_take=frozenset(each.id for each in people if not ctx.role_of(each).allows(Role.OPERATOR)),
        waits=tuple(each for each in nobodys if each.waiting and each.waiting.next_at),
        spent=tuple(each for each in nobodys if each.waiting and each.waiting.spent),
        unreached=await unreached(tx, duty, book),
        may_change=may,
        may_join=may and ctx.person.id.lower() not in {each.id.lower() for each in people},
    )


def _soon(incident: Incident, duty: Duty | None, now: datetime) -> Incident:
    """As the next look at the clock leaves it, which is no longer than seconds away; whom it asks then is not asked yet."""
    step = due(incident, duty, now)
    return incident if step is None or step.to or step.spent else replace(incident, waiting=step.waiting)
