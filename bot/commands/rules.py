"""rules and rule: what is watched for."""

from rapidfuzz import process

from bot.command import command
from bot.context import Context
from bot.detect import Rule
from bot.detect import rules as all_rules
from bot.model import Role, RuleHelp
from bot.ports import Card, Refusal
from cards.rules import rule as rule_card
from cards.rules import rules as rules_card


@command(role=Role.READER)
async def rules(ctx: Context) -> Card:
    """List what is watched for, with how many incidents of each are open."""
    async with ctx.store.look() as tx:
        found = await tx.incidents.open()
    opened = [each.alert.rule for each in found]
    return rules_card([(_help(each), opened.count(each.name)) for each in all_rules()])


@command(role=Role.READER)
async def rule(ctx: Context, name: str) -> Card:
    """Show one rule: when it opens an incident, what it looks at, and what is open."""
    known = {each.name: each for each in all_rules()}
    wanted = name.strip().lower().replace(" ", "_").replace("-", "_")
    if wanted not in known:
        near = [each for each, _, _ in process.extract(wanted, list(known), limit=2)]
        raise Refusal(f"There is no rule '{name[:40]}'.", [*(f"rule {each}" for each in near), "rules"])
    async with ctx.store.look() as tx:
        found = [each for each in await tx.incidents.open() if each.alert.rule == wanted]
    return rule_card(_help(known[wanted]), found, ctx.now())


def _help(each: Rule) -> RuleHelp:
    return RuleHelp(name=each.name, text=each.text, needs=each.needs.value, severity=each.severity)
