"""What is watched for: every rule, or one with what is open because of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.model import Incident, RuleHelp, Severity
from bot.ports import Card
from cards import sample, words
from cards.elements import Element, button, buttons, card, cell, facts, heading, run, table, text
from cards.spoken import runs, spoken

MOST, A_PAGE = 5, 25


def rules(found: Sequence[tuple[RuleHelp, int]], broken: Sequence[str] = (), page: int = 1) -> Card:
    """Each rule with its sentence and how many incidents are open; `broken` says which files are none, and why."""
    pages = max(1, -(-len(found) // A_PAGE))
    page = min(max(1, page), pages)
    where = f", page {page} of {pages}" if pages > 1 else ""
    said = (
        f"{words.count(len(found), 'rule')}{where}; rule and a name, like rule {found[0][0].name}, tells more of one."
    )
    header = [[cell(name, bold=True)] for name in ("Rule", "Opens an incident when", "Open")]
    shown = found[(page - 1) * A_PAGE : page * A_PAGE]
    rows = [[[cell(each.name)], [_line(each)], [cell(f"{count:,}", bold=count > 0)]] for each, count in shown]
    return card(
        [
            heading("What I watch for"),
            text(said, subtle=True),
            *(text(run("Broken ", bold=True), *runs(sentence)) for sentence in broken[:MOST]),
            table((4, 8, 1), [header, *rows]),
            buttons(button("More", "rules", f"--page {page + 1}")) if page < pages else None,
        ],
        fallback=said,
    )


def _line(each: RuleHelp) -> Element:
    wrong = [run(" Does not work: ", bold=True), *runs(each.note)] if each.note and each.broken else []
    return text(*runs(each.text), *wrong)


def rule(shown: RuleHelp, found: Sequence[Incident], now: datetime) -> Card:
    """One rule and its open incidents."""
    opened = [f"#{each.number} {each.alert.title}, {words.lasting(now - each.opened_at)}" for each in found[:MOST]]
    more = f" and {len(found) - MOST} more" if len(found) > MOST else ""
    pairs = [
        ("Severity", f"{shown.severity}, as a rule"),
        ("Looks at", shown.needs),
        *shown.facts,
        ("Open", f"{'; '.join(opened)}{more}" if found else "nothing"),
    ]
    return card(
        [
            heading(shown.name),
            spoken(shown.text),
            text(run("Does not work " if shown.broken else "Note ", bold=True), *runs(shown.note))
            if shown.note
            else None,
            *facts(pairs),
            buttons(
                *(button(f"#{each.number}", "incident", str(each.number)) for each in found[:MOST]),
                button("Try on 7 days", "rule", f"test {shown.name}") if shown.tried else None,
            ),
        ],
        fallback=f"{shown.name}: {shown.text}",
    )


_SAMPLE = RuleHelp(
    name="quarantine", text="The job is in quarantine.", needs="the state of the job", severity=Severity.HIGH
)


def example() -> Card:
    return rule(_SAMPLE, [sample.IN_QUARANTINE], sample.NOW)
