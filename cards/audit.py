"""The audit trail as a table, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model import AuditEntry, Job, Person, Value
from bot.ports import Card
from cards import sample, words
from cards.elements import Element, button, buttons, card, cell, heading, run, table, text

PAGE = 20
_WELL = {"done", "done, being on call", "asked", "confirmed"}


class Asked(Value, frozen=True, kw_only=True):
    """What was asked for: so many days, and perhaps one person's or one job's."""

    days: int
    page: int = 1
    person: Person | None = None
    job: Job | None = None


def audit(found: Sequence[AuditEntry], asked: Asked, now: datetime) -> Card:
    """One page, newest first; one entry more than a page holds says that there are older ones."""
    shown, about = found[:PAGE], _about(asked)
    older = button("Older", "audit", _words(asked, asked.page + 1)) if len(found) > PAGE else None
    newer = button("Newer", "audit", _words(asked, asked.page - 1)) if asked.page > 1 else None
    if not shown:
        said = f"There is nothing older{about}." if newer else f"Nobody asked me to change anything{about}."
        return card([heading("Audit trail"), text(said), buttons(newer)], fallback=said)
    said = f"Page {asked.page}{about}"
    return card(
        [
            heading("Audit trail"),
            text(said, subtle=True),
            table((3, 5, 3), [_HEADER, *(_row(each, now) for each in shown)]),
            buttons(newer, older),
        ],
        fallback=f"Audit trail: {_line(shown[0])}",
    )


_HEADER = [[cell(name, bold=True)] for name in ("When, who", "What", "How it ended")]


def _about(asked: Asked) -> str:
    whose = f" by {asked.person.name or asked.person.id}" if asked.person else ""
    where = f" for {asked.job.name}" if asked.job else ""
    return f"{whose}{where} in the last {words.count(asked.days, 'day')}"


def _words(asked: Asked, page: int) -> str:
    """The flags of the command that shows another page of the same."""
    parts = [
        f"--days {asked.days}",
        f"--person {asked.person.id}" if asked.person else "",
        f"--job {asked.job.id}" if asked.job else "",
        f"--page {page}",
    ]
    return " ".join(part for part in parts if part)


def _row(entry: AuditEntry, now: datetime) -> list[list[Element]]:
    when = cell(words.moment(entry.at, now), subtle=True)
    who = cell(entry.person.name or entry.person.id or "somebody unknown", spacing="None")
    what = text(run(_typed(entry), bold=True), run(f" {entry.words}", limit=200))
    return [[when, who], [what], [cell(entry.outcome, bold=entry.outcome not in _WELL)]]


def _typed(entry: AuditEntry) -> str:
    """The command as people write it: undelivered retry."""
    return entry.command.replace("-", " ")


def _line(entry: AuditEntry) -> str:
    return f"{entry.person.name or 'somebody'}: {_typed(entry)} {entry.words}, {entry.outcome}"


def example() -> Card:
    ada, bob = Person(id="a", name="Ada Admin"), Person(id="b", name="Bob Reader")
    told = [
        (ada, "restart", f"{sample.WORKDAY.name} --scope portal", "done"),
        (ada, "restart", f"{sample.WORKDAY.name} --scope portal", "confirmed"),
        (ada, "restart", f"{sample.WORKDAY.name} --scope portal", "asked"),
        (bob, "restart", "workday", "denied"),
    ]
    entries = [
        AuditEntry(
            at=sample.NOW - timedelta(minutes=at),
            person=who,
            conversation_id="c",
            command=command,
            words=said,
            outcome=outcome,
        )
        for at, (who, command, said, outcome) in enumerate(told)
    ]
    return audit(entries, Asked(days=7), sample.NOW)
