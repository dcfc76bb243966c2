"""Incidents at a glance: what is open, the worst first, and what is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.model import Incident, Severity, State
from bot.ports import Card
from cards import over, sample, words
from cards.elements import Element, button, buttons, card, cell, heading, run, table, text
from cards.plain import shortened

WORST = 3


def incidents(found: Sequence[Incident], now: datetime, *, all: bool = False) -> Card:  # noqa: A002
    """Each with its severity, its age and who has it."""
    ordered = sorted(found, key=_rank)
    title = "Incidents of late" if all else "Open incidents"
    if not ordered:
        said = "There was no incident yet." if all else "Nothing is open."
        return card([heading(title), text(said)], fallback=said)
    said = _summary(ordered)
    more = None if all else button("Also what is over", "incidents", "--all")
    return card(
        [
            heading(title),
            text(said, subtle=True),
            table((7, 3), [_HEADER, *(_row(each, now) for each in ordered)]),
            buttons(*(button(f"Show #{each.number}", "incident", str(each.number)) for each in ordered[:WORST]), more),
        ],
        fallback=said,
    )


_HEADER = [[cell(name, bold=True)] for name in ("What", "State")]


def _rank(incident: Incident) -> tuple[bool, bool, int, int]:
    return (not incident.open, _quiet(incident), list(Severity).index(incident.alert.severity), -incident.number)


def _quiet(incident: Incident) -> bool:
    return bool(incident.held_by) or incident.snooze is not None


def _summary(found: Sequence[Incident]) -> str:
    is_open = [each for each in found if each.open]
    snoozed = sum(each.snooze is not None for each in is_open)
    held = sum(bool(each.held_by) for each in is_open)
    parts = [f"{len(is_open):,} open", f"{snoozed:,} snoozed", f"{held:,} held back"]
    return " · ".join([parts[0], *(part for part in parts[1:] if not part.startswith("0 "))])


def _row(incident: Incident, now: datetime) -> list[list[Element]]:
    title = run(shortened(over.title(incident), 100), bold=incident.open and not _quiet(incident))
    return [
        [text(run(f"#{incident.number} ", subtle=True), title), cell(_age(incident, now), subtle=True, spacing="None")],
        _state(incident, now),
    ]


def _age(incident: Incident, now: datetime) -> str:
    if incident.resolved_at is not None:
        return f"{incident.alert.severity}, over since {words.moment(incident.resolved_at, now)}"
    return f"{incident.alert.severity}, {words.lasting(now - incident.opened_at)}"


def _state(incident: Incident, now: datetime) -> list[Element]:
    who = incident.assigned_to.name if incident.assigned_to else incident.acknowledged_by
    if incident.state is State.RESOLVED:
        return [cell("resolved", subtle=True)]
    if incident.snooze is not None:
        by = incident.snooze.by.name or incident.snooze.by.id
        return [
            cell(f"snoozed until {words.moment(incident.snooze.until, now)}"),
            cell(f"{by}: {incident.snooze.reason}", subtle=True, spacing="None"),
        ]
    if incident.held_by:
        return [cell("held back, explained by another", subtle=True)]
    return [cell(who or "nobody has it", bold=not who)]


def example() -> Card:
    return incidents([sample.IN_QUARANTINE, sample.ADDRESSES_CLASH], sample.NOW)
