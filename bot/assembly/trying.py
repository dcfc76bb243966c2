"""`app.py rule test`: one rule on the past days, asked of the same store that the bot asks."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from bot.kqlrules import BadRule, KqlRule
from bot.kqlrules.shelf import Shelf, read
from bot.ports import BadSettings, Refusal, SourceDown

if TYPE_CHECKING:
    import argparse

    from azure.identity.aio import ClientSecretCredential

    from bot.kqlrules.trial import Trial
    from bot.model import Job, Sheet
    from bot.settings import Settings

SHOWN, WIDEST = 10, 40


def run(arguments: argparse.Namespace) -> int:
    """Ask and print; 2 where a person has something to mend."""
    from bot import logs, settings

    given = settings.load()
    logs.start("WARNING")
    try:
        found = asyncio.run(_tried(given, arguments.name, arguments.days, arguments.file))
    except (BadRule, Refusal, SourceDown) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.writelines(f"{line}\n" for line in lines(found))
    return 0


async def _tried(settings: Settings, name: str, days: int, file: Path | None) -> Trial:
    from bot.assembly import utc_now
    from bot.assembly.outside import credential_of
    from bot.assembly.reading import logs_of
    from bot.assembly.rules import judge, tables
    from bot.backtest import backtest

    async with AsyncExitStack() as held:
        credential = credential_of(settings)
        held.push_async_callback(credential.close)
        logs, archive = logs_of(settings, credential, utc_now, held)
        home = tables(settings, logs, archive)
        if home is None:
            raise BadSettings("There is no log to try a rule on: set WORKSPACE_ID, or ARCHIVE_FILE.")
        rule = read(file) if file else _in_force(settings, name)
        judge(settings, local=home is archive)(rule)
        return await backtest(home, rule, await _jobs(settings, credential, rule), utc_now(), days)


def _in_force(settings: Settings, name: str) -> KqlRule:
    shelf = Shelf(settings.rules_dir)
    shelf.look()
    if name in shelf.rules:
        return shelf.rules[name]
    broken = next((each.sentence for each in shelf.broken if each.name in (name, f"{name}.kql")), "")
    raise Refusal(broken or f"There is no rule in KQL named '{name[:60]}'; there are {', '.join(sorted(shelf.rules))}.")


async def _jobs(settings: Settings, credential: ClientSecretCredential, rule: KqlRule) -> Mapping[str, Job]:
    """The jobs, where the rule has parameters that are made of them."""
    if not rule.params:
        return {}
    from bot.adapters.graph.client import GraphClient
    from bot.adapters.graph.jobs import GraphJobs
    from bot.assembly import utc_now

    graph = GraphClient(credential, url=settings.graph_url, ca_file=settings.ca_file)
    try:
        jobs = GraphJobs(graph, clock=utc_now, discover_seconds=settings.discover_seconds)
        return {job.id: job for job in await jobs.list()}
    finally:
        await graph.close()


def lines(found: Trial) -> Iterator[str]:
    """What is printed."""
    from cards.trial import how, ordered, told, verdict

    yield verdict(found)
    for each in ordered(found)[:SHOWN]:
        yield ""
        yield f"{each.finding.alert.title}: {told(each)}"
        if each.finding.evidence.sheet:
            yield from grid(each.finding.evidence.sheet)
    if len(found.incidents) > SHOWN:
        yield f"… and {len(found.incidents) - SHOWN} more"
    yield ""
    yield how(found)


def grid(sheet: Sheet) -> Iterator[str]:
    """The rows in columns."""
    every: Sequence[Sequence[str]] = [sheet.columns, *sheet.rows]
    cut = [[" ".join(value.split())[:WIDEST] for value in row] for row in every]
    widths = [max(len(row[at]) for row in cut) for at in range(len(sheet.columns))]
    for row in cut:
        yield "  " + "  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip()
    if sheet.more:
        yield f"  and {sheet.more:,} more"
