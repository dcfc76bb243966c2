"""rules and rule: what is watched for, and how a rule would have done on the past days."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from rapidfuzz import process

from bot.asking import NO_LOGS
from bot.backtest import MOST_DAYS, backtest
from bot.command import command
from bot.context import Context
from bot.detect import Needs, Rule, in_kql
from bot.detect import rules as all_rules
from bot.kqlrules.judge import span
from bot.kqlrules.model import KqlRule
from bot.model import Role, RuleHelp
from bot.own_acts import others
from bot.parameters import Page
from bot.ports import Card, Refusal
from bot.trail import own_acts
from cards.rules import rule as rule_card
from cards.rules import rules as rules_card
from cards.trial import trial as trial_card

TEST = "test"


@command(role=Role.READER)
async def rules(ctx: Context, *, page: Page = 1) -> Card:
    """List what is watched for, with how many incidents of each are open."""
    async with ctx.store.look() as tx:
        found = await tx.incidents.open()
    opened = [each.alert.rule for each in found]
    known, notes = _known(ctx), _notes(ctx)
    shown = [(_help(ctx, each, notes.pop(each.name, "")), opened.count(each.name)) for each in known.values()]
    return rules_card(shown, list(notes.values()), page)


@command(role=Role.READER)
async def rule(ctx: Context, name: str, *, days: Annotated[int, "how many days back a rule is tried"] = 7) -> Card:
    """Show one rule and what is open because of it; `rule test <name>` tries one in KQL on the past days."""
    first, _, rest = name.strip().partition(" ")
    if first.lower() == TEST and rest:
        return await _tried(ctx, rest, days)
    found = _named(ctx, name)
    async with ctx.store.look() as tx:
        opened = [each for each in await tx.incidents.open() if each.alert.rule == found.name]
    return rule_card(_help(ctx, found, _notes(ctx).get(found.name, "")), opened, ctx.now())


async def _tried(ctx: Context, name: str, days: int) -> Card:
    found = _named(ctx, name)
    if ctx.asking is None:
        raise Refusal(NO_LOGS)
    in_force = ctx.asking.watch.shelf.rules.get(found.name)
    if in_force is None:
        kind = (
            "is not in force"
            if found.needs is Needs.ROWS
            else "is not written in KQL, so it cannot be tried on the past"
        )
        raise Refusal(f"The rule {found.name} {kind}.", (f"rule {found.name}",))
    if not ctx.asking.pacer.take():
        raise Refusal("Too many questions at once; ask again in half a minute.")
    async with ctx.store.look() as tx:
        jobs = await tx.reading.jobs()
        done = await own_acts(tx, jobs, ctx.now() - timedelta(days=MOST_DAYS) - in_force.window)
    app = ctx.asking.watch.own_app
    found = await backtest(
        ctx.asking.home, in_force, jobs, ctx.now(), days, own=lambda answer: others(answer, done, app)
    )
    return trial_card(found)


def _known(ctx: Context) -> Mapping[str, Rule]:
    """Every rule by name: those that come with the bot, and the tenant's own."""
    own = ctx.asking.watch.shelf.rules.values() if ctx.asking else ()
    every = {each.name: each for each in (*all_rules(), *map(in_kql, own))}
    return dict(sorted(every.items()))


def _named(ctx: Context, name: str) -> Rule:
    known = _known(ctx)
    wanted = _folded(name)
    if wanted not in known:
        if why := next((said for each, said in _notes(ctx).items() if _folded(each) == wanted), ""):
            raise Refusal(f"The rule {name.strip()[:40]} is not in force: {why}", ("rules",))
        near = [each for each, _, _ in process.extract(wanted, list(known), limit=2)]
        raise Refusal(f"There is no rule '{name[:40]}'.", [*(f"rule {each}" for each in near), "rules"])
    return known[wanted]


def _folded(name: str) -> str:
    """A rule's name by which several ways to write it are the same."""
    return name.strip().lower().removesuffix(".kql").replace(" ", "_").replace("-", "_")


def _notes(ctx: Context) -> dict[str, str]:
    """What is wrong, by rule or file; a query that failed just once is no incident yet, but who asks is told."""
    return {each.name: each.sentence for each in ctx.asking.watch.broken(strikes=1)} if ctx.asking else {}


def _help(ctx: Context, each: Rule, note: str) -> RuleHelp:
    watch, broken = ctx.asking.watch if ctx.asking else None, bool(note)
    asked = watch.shelf.rules.get(each.name) if watch else None
    if not note and each.needs is Needs.ROWS:
        off = "It is not asked: there is no log to ask, or RULES_OFF names it."
        note = off if watch is None or asked is None else watch.waits(each.name)
    return RuleHelp(
        name=each.name,
        text=each.text,
        needs=each.needs.value,
        severity=each.severity,
        note=note,
        broken=broken,
        facts=_logic(asked) if asked else (),
        tried=asked is not None,
    )


def _logic(asked: KqlRule) -> tuple[tuple[str, str], ...]:
    within = f", within {span(asked.within)}" if asked.within else ""
    return (
        ("Fires when", f"{asked.measure} {asked.operator} {asked.threshold:g}"),
        ("Asked", f"every {span(asked.frequency)}, about {span(asked.window)}"),
        ("Told apart by", ", ".join(asked.key) or "nothing: all rows are one incident"),
        ("For", f"{asked.persona}{within}" if asked.persona else ""),
        ("Source", asked.source),
    )
