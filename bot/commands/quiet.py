"""quiet and mute: when somebody is left in peace."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec.structs import replace

from bot.adapters.store import Transaction
from bot.command import command
from bot.context import Context
from bot.model import Role, Severity, Value
from bot.model.held import Preferences, QuietHours
from bot.ports import Card, Refusal, Unclear
from bot.quiet import left_alone_until
from bot.routing import everybody
from bot.times import QuietWords, Until, a_date
from bot.words import nearest
from cards.quiet import Peace
from cards.quiet import quiet as quiet_card

NONE = "none"


class Except(Value, frozen=True, kw_only=True):
    """What breaks through quiet hours, and what is worse; None where nothing does."""

    shape: ClassVar[str] = "|".join((*Severity, NONE))

    but: Severity | None = None

    @classmethod
    async def read(cls, ctx: Context, text: str) -> Except:
        """Raises Unclear."""
        word, known = text.lower(), (*Severity, NONE)
        if word not in known:
            near, hint = nearest(word, known)
            raise Unclear(f"'{text[:40]}' is nothing to except; there are {', '.join(known)}.{hint}", near)
        return cls(but=None if word == NONE else Severity(word))


@command(role=Role.READER)
async def quiet(
    ctx: Context,
    hours: Annotated[QuietWords | None, "from when to when, by the clocks of a time zone such as Europe/Berlin"] = None,
    *,
    except_: Annotated[Except | None, "what comes all the same, and what is worse; none: nothing does"] = None,
) -> Card:
    """Hold your own chat with me back at night, e.g. `quiet 22:00-07:00 Europe/Berlin`; what happened comes as one digest."""
    async with ctx.store.begin() as tx:
        before = await _wishes(ctx, tx)
        after = _wanted(before, hours, except_)
        if after != before or hours is not None:
            await tx.wishes.save(after)
        return await _shown(ctx, tx, after, changed=hours is not None or except_ is not None)


@command(role=Role.READER)
async def mute(
    ctx: Context,
    until: Annotated[Until | None, "how long, or until when: by your clocks, or by those of a zone behind it"] = None,
) -> Card:
    """Hold your own chat with me back for a while: `mute 2h`, `mute 18:00`, until a date, or `mute off`."""
    async with ctx.store.begin() as tx:
        wishes = await _wishes(ctx, tx)
        if until is not None:
            wishes = replace(wishes, muted_until=until.end(ctx.now(), wishes.zone or ctx.zone))
            await tx.wishes.save(wishes)
        return await _shown(ctx, tx, wishes, changed=until is not None, example=a_date(ctx.now()))


async def _wishes(ctx: Context, tx: Transaction) -> Preferences:
    return await tx.wishes.get(ctx.person.id)


def _wanted(before: Preferences, words: QuietWords | None, but: Except | None) -> Preferences:
    if words is None and but is None:
        return before
    if words is not None and words.off and but is not None:
        raise Refusal("Without quiet hours there is nothing to except from them; write `quiet off`.", ("quiet off",))
    if words is not None and words.off:
        return replace(before, quiet=None)
    after = replace(before, zone=words.zone) if words is not None and words.zone else before
    if words is not None and words.hours is not None:
        begins, ends = words.hours
        kept = before.quiet.but if before.quiet else None
        return replace(after, quiet=QuietHours(begins=begins, ends=ends, but=but.but if but else kept))
    if but is not None and after.quiet is None:
        raise Refusal("You have no quiet hours yet; write `quiet 22:00-07:00 --except critical`.")
    return replace(after, quiet=replace(after.quiet, but=but.but)) if but is not None and after.quiet else after


async def _shown(ctx: Context, tx: Transaction, wishes: Preferences, *, changed: bool, example: str = "") -> Card:
    wishes = wishes if wishes.zone else replace(wishes, zone=ctx.zone)
    own = await tx.conversations.own(ctx.person.id)
    held = (await tx.held.untold(own.id)).get(own.id, []) if own is not None else []
    led_to = everybody(await ctx.routes.book(tx))
    return quiet_card(
        Peace(
            wishes=wishes,
            until=left_alone_until(wishes, ctx.now()),
            held=tuple(each.incident for each in held),
            chat=own is not None,
            routed=own is not None and any(each.id == own.id for each in led_to),
            changed=changed,
            example=example,
        ),
        ctx.now(),
    )
