"""Who is on call: in which order they are asked, until when, and which incidents wait for somebody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.model import Asked, Incident, Person, Severity, Value, Waiting
from bot.model.held import Duty
from bot.ports import Card
from cards import over, sample, words
from cards.asked import in_vain
from cards.elements import Element, button, buttons, card, cell, container, facts, heading, run, table, text
from cards.elements.base import present
from cards.plain import shortened
from cards.times import Said

MOST_ROWS = 15


class Rota(Value, frozen=True, kw_only=True):
    """`waits` are incidents that go to somebody next, `spent` those that everybody was asked about in vain.

    `only_take` are the ids of people who are no operators, `unreached` why somebody cannot be reached, by id in
    small letters. `may_change` says that who asks may put people on call, `may_join` that they are not among them yet.
    """

    duty: Duty | None
    waits: tuple[Incident, ...] = ()
    spent: tuple[Incident, ...] = ()
    only_take: frozenset[str] = frozenset()
    unreached: Mapping[str, str] = {}
    may_change: bool = True
    may_join: bool = True


def oncall(rota: Rota, now: datetime) -> Card:
    """The order, and what waits."""
    duty = rota.duty
    said = _said(duty)
    waiting = [*rota.waits, *rota.spent]
    rows, left = [_row(each, now) for each in waiting[:MOST_ROWS]], len(waiting) - MOST_ROWS
    own = duty is not None and duty.set_by is not None
    return card(
        [
            heading("On call"),
            text(said),
            container(_people(duty, rota), spacing="Medium") if duty and duty.people else None,
            *facts(_facts(duty) if duty else ()),
            table((6, 4), [_HEADER, *rows]) if rows else text("Nothing waits for somebody on call.", subtle=True),
            text(f"and {left:,} more", subtle=True) if left > 0 else None,
            buttons(
                button("Put me on call", "oncall", "me") if rota.may_join else None,
                button("Back to the settings", "oncall", "reset") if own and rota.may_change else None,
                button("Open incidents", "incidents"),
            ),
        ],
        fallback=f"On call. {said}",
    )


_HEADER = [[cell(name, bold=True)] for name in ("What", "Next")]


def _said(duty: Duty | None) -> str:
    if duty is None or not duty.people:
        return "Nobody is on call, so nothing is escalated. Operators write oncall me, or name people in the file of ROUTES."
    least = f"severity {duty.severity}{'' if duty.severity is Severity.CRITICAL else ' or worse'}"
    return (
        f"An incident of {least} that nobody has taken within {words.count(duty.minutes, 'minute')} goes to the first of "
        f"these, then to the next, {words.count(duty.minutes, 'minute')} each. It is told whatever their quiet hours are."
    )


def _people(duty: Duty, rota: Rota) -> Iterator[Element]:
    for at, person in enumerate(duty.people, 1):
        unknown = person.id if person.id.lower() in duty.absent else f"somebody I have not met yet, {person.id}"
        name = run(person.name or unknown, bold=True)
        why = rota.unreached.get(person.id.lower(), "")
        only = person.id in rota.only_take and not why
        may = run(" no operator: may acknowledge what comes, no more", subtle=True) if only else None
        yield text(*present([run(f"{at}. ", subtle=True), name, may]), spacing="Small")
        if why:
            yield text(f"cannot be reached: {why.rstrip('.')}", spacing="None")


def _facts(duty: Duty) -> Iterator[tuple[str, Said]]:
    if duty.set_by is None:
        yield "Named in", "the file of ROUTES"
        return
    yield "Named by", duty.set_by.name or duty.set_by.id
    yield "Since", duty.set_at or ""
    yield "Until", duty.until or "somebody says otherwise"


def _row(incident: Incident, now: datetime) -> list[list[Element]]:
    named = run(shortened(over.title(incident), 100), bold=True)
    title = text(run(f"#{incident.number} ", subtle=True), named)
    waiting = incident.waiting
    if waiting is None or waiting.next_at is None:
        soon = in_vain(waiting) if waiting is not None else "nobody"
    else:
        who = (waiting.next.name or "somebody on call") if waiting.next else "the fallback"
        soon = f"{who}, {words.moment(waiting.next_at, now)}"
    return [[title], [cell(soon)]]


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
