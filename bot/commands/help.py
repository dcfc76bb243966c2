"""help: what the bot can do."""

from bot.command import command, commands
from bot.context import Context
from bot.model import Role
from bot.ports import Card, Refusal
from cards.help import help as help_card


@command(role=Role.READER)
async def help_(ctx: Context, command: str = "") -> Card:
    """Show what I can do, or how one command is written."""
    shown = [each.help for each in commands().values() if not each.hidden and ctx.role.allows(each.role)]
    name = command.lower()
    if name and name not in {each.name for each in shown}:
        raise Refusal(f"There is no command '{command[:40]}' for you.", ("help",))
    return help_card([each for each in shown if name in ("", each.name)], name)
