"""Who is on call: in which order they are asked, until when, and which incidents wait for somebody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.model import Asked, Incident, Person, Severity, Value, Waiting
from bot.model.held import Duty
from bot.ports import Card
from cards import over, sample, words
from cards.elements import Element, button, buttons, card, cell, facts, heading, run, table, text
from cards.times import Said

MOST_ROWS = 15


class Rota(Value, frozen=True, kw_only=True):
    """`waits` are incidents that go to somebody next, `spent` those that everybody was asked about in vain.

    `only_look` are the ids of people who may not acknowledge.
    """

    duty: Duty | None
    waits: tuple[Incident, ...] = ()
    spent: tuple[Incident, ...] = ()
    only_look: frozenset[str] = frozenset()


def oncall(rota: Rota, now: datetime) -> Card:
    """The order, and what waits."""
    duty = rota.duty
    said = _said(duty)
    rows = [*(_row(each, now) for each in rota.waits), *(_row(each, now) for each in rota.spent)][:MOST_ROWS]
    own = duty is not None and duty.set_by is not None
    return card(
        [
            heading("On call"),
            text(said),
            *facts(_facts(duty, rota.only_look) if duty else ()),
            table((1, 6, 4), [_HEADER, *rows]) if rows else text("Nothing waits for somebody on call.", subtle=True),
            buttons(
                button("Put me on call", "oncall", "me"),
                button("Back to the settings", "oncall", "reset") if own else None,
                button("Open incidents", "incidents"),
            ),
        ],
        fallback=f"On call. {said}",
    )


_HEADER = [[cell(name, bold=True)] for name in ("No.", "What", "Next")]


def _said(duty: Duty | None) -> str:
    if duty is None or not duty.people:
        return "Nobody is on call, so nothing is escalated. Operators write oncall me, or name people in the file of ROUTES."
    least = f"severity {duty.severity}{'' if duty.severity is Severity.CRITICAL else ' or worse'}"
    return (
        f"An incident of {least} that nobody has taken within {words.count(duty.minutes, 'minute')} goes to the first of "
        f"these, then to the next, {words.count(duty.minutes, 'minute')} each. It is told whatever their quiet hours are."
    )


def _facts(duty: Duty, only_look: frozenset[str]) -> Iterator[tuple[str, Said]]:
    for at, person in enumerate(duty.people, 1):
        may = " (no operator: may look, but not acknowledge)" if person.id in only_look else ""
        yield f"{at}.", f"{person.name or f'somebody I have not met yet, {person.id}'}{may}"
    if duty.set_by is None:
        yield "Named in", "the file of ROUTES"
        return
    by = duty.set_by.name or duty.set_by.id
    yield "Named by", (f"{by}, ", duty.set_at) if duty.set_at else by
    yield "Until", duty.until or "somebody says otherwise"


def _row(incident: Incident, now: datetime) -> list[list[Element]]:
    title = text(run(over.title(incident), bold=True, limit=100))
    waiting = incident.waiting
    if waiting is None or waiting.spent or waiting.next_at is None:
        soon = "everybody was asked in vain"
    else:
        who = (waiting.next.name or "somebody on call") if waiting.next else "the fallback"
        soon = f"{who}, {words.moment(waiting.next_at, now)}"
    return [[cell(f"#{incident.number}")], [title], [cell(soon)]]


def example() -> Card:
    ada, bob = Person(id="a", name="Ada Admin"), Person(id="b", name="Bob Berg")
    waiting = Waiting(
        since=sample.NOW - timedelta(minutes=20),
        asked=(Asked(person=ada, at=sample.NOW - timedelta(minutes=5)),),
        next=bob,
        next_at=sample.NOW + timedelta(minutes=10),
    )
    duty = Duty(
        people=(ada, bob), set_by=ada, set_at=sample.NOW - timedelta(hours=2), until=sample.NOW + timedelta(hours=10)
    )
    return oncall(Rota(duty=duty, waits=(replace(sample.IN_QUARANTINE, waiting=waiting),)), sample.NOW)
