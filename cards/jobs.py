"""All jobs at a glance, those in trouble first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.model import Execution, Job
from bot.ports import Card
from cards import sample, words
from cards.elements import Element, button, buttons, card, cell, heading, run, table, text

WORST = 3


def jobs(rows: Sequence[tuple[Job, int]], now: datetime) -> Card:
    """Each job with the number of its failing objects."""
    if not rows:
        return card([heading("Jobs"), text("No provisioning job is known yet.")], fallback="No job is known yet.")
    ordered = sorted(rows, key=lambda row: (not _in_trouble(row[0]), -row[1], row[0].name.lower()))
    return card(
        [
            heading("Jobs"),
            text(_summary(rows), subtle=True),
            table((6, 4, 2), [_HEADER, *(_row(job, failing, now) for job, failing in ordered)]),
            buttons(
                *(button(job.name, "status", job.id) for job, failing in ordered[:WORST] if failing or _in_trouble(job))
            ),
        ],
        fallback=_summary(rows),
    )


def _in_trouble(job: Job) -> bool:
    return words.status(job) != "Active"


def _summary(rows: Sequence[tuple[Job, int]]) -> str:
    quarantined = sum(job.quarantine is not None for job, _ in rows)
    failing = sum(number for _, number in rows)
    parts = [words.count(len(rows), "job"), f"{quarantined:,} in quarantine", f"{words.objects(failing)} failing"]
    return " · ".join(parts)


_HEADER = [[cell(name, bold=True)] for name in ("Job", "Status", "Failing")]


def _row(job: Job, failing: int, now: datetime) -> list[list[Element]]:
    sick = _in_trouble(job)
    name = [text(run(job.name, bold=sick, limit=80)), cell(_last(job.last, now), subtle=True, spacing="None")]
    return [name, [cell(words.status(job), bold=sick)], [cell(f"{failing:,}", bold=failing > 0)]]


def _last(last: Execution | None, now: datetime) -> str:
    if last is None or last.began is None:
        return "no cycle yet"
    return f"last cycle {words.ago(now - last.ended)}" if last.ended else "a cycle is running"


def example() -> Card:
    calm = Execution(
        state="Succeeded", began=sample.NOW - timedelta(minutes=21), ended=sample.NOW - timedelta(minutes=19)
    )
    apps = ["Salesforce", "ServiceNow", "Slack", "Zoom", "GitHub Enterprise", "Fabrikam (cross-tenant)"]
    others = [replace(sample.CLOUD_SYNC, id=name, name=name, last=calm) for name in apps]
    paused = replace(sample.CLOUD_SYNC, id="pause", name="Groups to AD", status="Paused", last=None)
    rows = [(sample.CLOUD_SYNC, 3), (sample.WORKDAY, 128), (paused, 0), *((each, 0) for each in others)]
    return jobs(rows, sample.NOW)
