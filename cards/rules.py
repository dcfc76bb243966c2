"""What is watched for: every rule, or one with what is open because of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.model import Incident, RuleHelp, Severity
from bot.ports import Card
from cards import sample, words
from cards.elements import button, buttons, card, cell, facts, heading, table, text

MOST = 5


def rules(found: Sequence[tuple[RuleHelp, int]]) -> Card:
    """Each rule with its sentence and how many incidents are open."""
    said = f"{words.count(len(found), 'rule')}; rule and a name, like rule {found[0][0].name}, tells more of one."
    header = [[cell(name, bold=True)] for name in ("Rule", "Opens an incident when", "Open")]
    rows = [[[cell(each.name)], [text(each.text)], [cell(f"{count:,}", bold=count > 0)]] for each, count in found]
    return card(
        [heading("What I watch for"), text(said, subtle=True), table((4, 8, 1), [header, *rows])], fallback=said
    )


def rule(shown: RuleHelp, found: Sequence[Incident], now: datetime) -> Card:
    """One rule and its open incidents."""
    opened = [f"#{each.number} {each.alert.title}, {words.lasting(now - each.opened_at)}" for each in found[:MOST]]
    more = f" and {len(found) - MOST} more" if len(found) > MOST else ""
    pairs = [
        ("Severity", f"{shown.severity}, as a rule"),
        ("Looks at", shown.needs),
        ("Open", f"{'; '.join(opened)}{more}" if found else "nothing"),
    ]
    return card(
        [
            heading(shown.name),
            text(shown.text),
            *facts(pairs),
            buttons(*(button(f"#{each.number}", "incident", str(each.number)) for each in found[:MOST])),
        ],
        fallback=f"{shown.name}: {shown.text}",
    )


_SAMPLE = RuleHelp(
    name="quarantine", text="The job is in quarantine.", needs="the state of the job", severity=Severity.HIGH
)


def example() -> Card:
    return rule(_SAMPLE, [sample.IN_QUARANTINE], sample.NOW)
