"""report and digest: how provisioning fared in a period, now or by itself every day or week."""

from datetime import timedelta
from typing import Annotated

from bot.command import command
from bot.context import Context
from bot.model import Digest, Every, Role
from bot.ports import Card, Refusal
from bot.reports import report as made
from cards.receipt import receipt
from cards.report import report as report_card

OFF = "off"


@command(role=Role.READER)
async def report(
    ctx: Context, *, period: Annotated[timedelta, "how much is told of, 30d at most"] = timedelta(days=7)
) -> Card:
    """Show how each job fared, against the period before: what failed, what is open, what ends soon, who acted."""
    async with ctx.store.look() as tx:
        found = await made(tx, ctx.now(), max(period, timedelta(hours=1)))
    return report_card(found, ctx.now())


@command(role=Role.READER)
async def digest(ctx: Context, every: str = "") -> Card:
    """Send that report here by itself: `digest daily`, `digest weekly` (on Mondays), or `digest off`."""
    wanted = every.strip().lower()
    if wanted not in ("", OFF, *Every):
        raise Refusal(
            f"'{every[:40]}' is not how often a digest comes; write daily, weekly or off.",
            [f"digest {each}" for each in (*Every, OFF)],
        )
    async with ctx.store.begin() as tx:
        if wanted == OFF:
            await tx.digests.drop(ctx.conversation.id)
        elif wanted:
            by = ctx.person.name or ctx.person.id
            due = ctx.digest_time(Every(wanted))
            await tx.digests.want(
                Digest(conversation_id=ctx.conversation.id, every=Every(wanted), next_at=due, asked_by=by)
            )
        now = await tx.digests.of(ctx.conversation.id)
    return _told(now)


def _told(digest: Digest | None) -> Card:
    if digest is None:
        return receipt(
            "No digest comes here", [("Next", "The command digest daily or digest weekly sends one by itself.")]
        )
    pairs = [("Next", f"{digest.next_at:%a %d %b %Y %H:%M} UTC"), ("Asked for by", digest.asked_by)]
    return receipt(f"A digest comes here {digest.every}", pairs)
