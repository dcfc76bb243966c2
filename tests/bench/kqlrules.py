"""A hundred rules in KQL on a million rows, as JSON lines: the share of one core in the archive, the queries on a workspace.

`python -m tests.bench.kqlrules [ROWS …]`
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import psutil

from bot.adapters.archive import Archive
from bot.adapters.local_logs import Arrived, LocalLogs
from bot.health import Health
from bot.kqlrules.model import KqlRule
from bot.kqlrules.shelf import shipped
from bot.kqlwatch import BUDGET, KqlWatch
from bot.model import Job
from bot.ports import Answered, Question, Refusal, SourceDown, Tables
from bot.sources.pacer import Pacer
from tests.bench.kql import BATCH, BEGIN, events
from tests.bench.telling import QUICK, numbers, tell
from tests.support.log_rows import audit

RULES, EVERY = 100, timedelta(minutes=5)
ALLOWED = 0.20
"""Of one core."""
AUDITS = 0.1
"""How many rows of the audit log there are for one of the provisioning log."""
ACTIVITIES = ("Update user", "Add member to group", "Delete access review", "Add user", "Disable PIM alert")


def named(rule: KqlRule) -> set[str]:
    """The columns that a rule wants."""
    return {*rule.key, *rule.show, rule.measure, *re.findall(r"{(\w+)}", rule.title)}


EVERY_COLUMN = tuple((name, "string") for name in sorted({name for rule in shipped() for name in named(rule)}))


class Given:
    """A shelf that holds what it is given."""

    def __init__(self, rules: Sequence[KqlRule]) -> None:
        self.rules = {rule.name: rule for rule in rules}
        self.broken = ()

    def look(self) -> None:
        """There is nothing to read."""


class Counted:
    """Port `Tables`, with the times at which it was asked."""

    def __init__(self, home: Tables | None, now: Clock) -> None:
        self._home, self._now = home, now
        self.asked: list[datetime] = []
        self.refused: list[str] = []

    name = "bench"

    async def ask(self, questions: Sequence[Question]) -> Sequence[Answered | Refusal | SourceDown]:
        self.asked += [self._now()] * len(questions)
        if self._home is None:
            return [Answered(columns=EVERY_COLUMN, rows=())] * len(questions)
        answers = await self._home.ask(questions)
        self.refused += [str(answer) for answer in answers if not isinstance(answer, Answered)]
        return answers


class Clock:
    """Moved by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def hundred() -> list[KqlRule]:
    """The rules that come with the bot, again and again under other names and with texts that differ."""
    made: list[KqlRule] = []
    while len(made) < RULES:
        for rule in shipped()[: RULES - len(made)]:
            text = f"{rule.kql}\n// {len(made)}"
            made.append(msgspec.structs.replace(rule, name=f"{rule.name}_{len(made)}", kql=text, frequency=EVERY))
    return made


async def filled(path: Path, rows: int) -> datetime:
    """A file with so many rows, a tenth of them of the audit log; the time of the newest."""
    logs, batch, end = LocalLogs(path, memory="1GB", people=True), list[Arrived](), BEGIN
    for arrived in events(int(rows * (1 - AUDITS))):
        batch.append(arrived)
        end = arrived[1]
        if len(batch) == BATCH:
            await logs.append_provisioning(batch)
            batch = []
    await logs.append_provisioning(batch)
    step = (end - BEGIN) / max(1, int(rows * AUDITS))
    for start in range(0, int(rows * AUDITS), BATCH):
        some = [(number, BEGIN + step * number) for number in range(start, min(start + BATCH, int(rows * AUDITS)))]
        await logs.append_audits(
            (audit(number, at=at, activityDisplayName=ACTIVITIES[number % 5], result="success"), at)
            for number, at in some
        )
    await logs.close()
    return end


async def a_round(watch: KqlWatch, clock: Clock) -> None:
    """Five minutes of looks."""
    for _ in range(int(EVERY / timedelta(seconds=10))):
        await watch.look({"scim.1": Job(id="scim.1", service_principal="principal", name="Contoso")})
        clock.at += timedelta(seconds=10)


def watch_over(home: Tables, clock: Clock) -> KqlWatch:
    return KqlWatch(
        shelf=Given(hundred()),  # pyright: ignore[reportArgumentType]
        home=home,
        now=clock,
        health=Health({}, clock),
        pacer=Pacer(BUDGET, lambda: clock().timestamp()),
    )


async def on_the_archive(rows: int) -> bool:
    process = psutil.Process()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "logs.duckdb"
        clock = Clock(await filled(path, rows))
        archive = Archive(path, days=3_650, now=clock)
        home = Counted(archive, clock)
        watch = watch_over(home, clock)
        await a_round(watch, clock)
        before, started, asked = sum(process.cpu_times()[:2]), time.perf_counter(), len(home.asked)
        await a_round(watch, clock)
        spent, took = sum(process.cpu_times()[:2]) - before, time.perf_counter() - started
        await archive.close()
    share = spent / EVERY.total_seconds()
    tell(
        bench="kqlrules",
        home="archive",
        of=rows,
        rules=RULES,
        asked=len(home.asked) - asked,
        cpu_seconds=round(spent, 1),
        seconds=round(took, 1),
        share_of_a_core=round(share, 3),
        allowed=ALLOWED,
        refused=home.refused[:3],
        incidents=len(watch.findings()),
        rss_mb=process.memory_info().rss // 2**20,
    )
    return share <= ALLOWED and not home.refused


async def on_a_workspace() -> bool:
    clock = Clock(BEGIN)
    home = Counted(None, clock)
    watch = watch_over(home, clock)
    for _ in range(4):
        await a_round(watch, clock)
    busiest = max(sum(timedelta() <= at - start < timedelta(seconds=30) for at in home.asked) for start in home.asked)
    minutes = 4 * EVERY / timedelta(minutes=1)
    tell(
        bench="kqlrules",
        home="workspace",
        rules=RULES,
        queries_a_minute=len(home.asked) / minutes,
        busiest_30_s=busiest,
    )
    return busiest <= BUDGET[0][1]


def main() -> None:
    """Fails where the archive takes more than its share of a core, or the workspace is asked too often."""
    good = [asyncio.run(on_the_archive(rows)) for rows in numbers() or ([10_000] if QUICK else [1_000_000])]
    good.append(asyncio.run(on_a_workspace()))
    if not all(good):
        sys.exit(1)


if __name__ == "__main__":
    main()
