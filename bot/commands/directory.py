"""directory and soa: how the sync with Active Directory stands, and where one object comes from."""

from bot.command import command
from bot.context import Context
from bot.model import Role
from bot.ports import Card, Refusal
from cards.directory import directory as directory_card
from cards.soa import soa as soa_card

NOT_HERE = "I do not look after the sync with Active Directory here: DIRSYNC is false."


@command(role=Role.READER)
async def directory(ctx: Context) -> Card:
    """Show the sync with Active Directory: how old it is, and what could not be synchronized, by kind."""
    if ctx.hybrid is None:
        raise Refusal(NOT_HERE)
    async with ctx.store.look() as tx:
        sync, jobs = await tx.hybrid.get(), await tx.reading.jobs()
    if sync is None:
        raise Refusal("I have not looked at the sync with Active Directory yet, or Graph refused; `incidents` tells.")
    return directory_card(sync, list(jobs.values()), ctx.now())


@command(role=Role.READER)
async def soa(ctx: Context, who: str) -> Card:
    """Say where a user or group comes from: Active Directory or the cloud, e.g. `soa ada@contoso.com`."""
    if ctx.hybrid is None:
        raise Refusal(NOT_HERE)
    found = await ctx.hybrid.find(who.strip()[:200])
    if not found:
        raise Refusal(f"No user or group is called '{who[:80]}'; write the whole name, the address or the id.")
    return soa_card(found, ctx.now())
