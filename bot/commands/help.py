"""help: what the bot can do."""

from collections.abc import Mapping
from functools import cache

from rapidfuzz import process

from bot.command import command, commands
from bot.context import Context
from bot.model import CommandHelp, Role
from bot.ports import Card, Refusal
from bot.topics import about
from cards.help import belongs
from cards.help import help as help_card


@command(role=Role.READER)
async def help_(ctx: Context, command: str = "") -> Card:
    """Show what I can do, or how one command is written."""
    name = "-".join(command.lower().split())
    if name and name not in _shown(ctx.role):
        if (meant := about(name)) is not None:
            raise meant
        near = [each for each, _, _ in process.extract(name, list(_shown(ctx.role)), limit=2, score_cutoff=60)]
        raise Refusal(
            f"There is no command '{command[:40]}' for you.",
            [*(f"help {each.replace('-', ' ')}" for each in near), "help"],
        )
    return _card(ctx.role, name)


@cache
def _shown(role: Role) -> Mapping[str, CommandHelp]:
    """The commands that a role may use, by name."""
    return {each.name: each.help for each in commands().values() if not each.hidden and role.allows(each.role)}


@cache
def _card(role: Role, name: str) -> Card:
    # It is what people ask most, and the same every time.
    return help_card([each for each in _shown(role).values() if not name or belongs(each, name)], name)
