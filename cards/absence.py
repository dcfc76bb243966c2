"""The bot was away: from when to when, and what it caught up with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.model import Absence
from bot.ports import Card
from cards import sample, words
from cards.elements import Element, badge, button, buttons, card, columns, facts, heading, run, text
from cards.times import in_utc

MOST_SHOWN = 8


def marker(key: str) -> str:
    """What stands in the card of one absence and in no other."""
    return f"syncwatch-{key.replace('/', '-').replace(':', '')}."


def summary(absence: Absence) -> str:
    """The notification."""
    return f"Syncwatch was away for {words.duration(absence.until - absence.since)} and is back: {_came(absence)}"


def absence(absence: Absence, *, name: str = "") -> Card:
    """The card; what was opened has a card of its own besides."""
    away = f"from {in_utc(absence.since)} to {in_utc(absence.until)}"
    said = f"Nobody watched {away}. The log of that time is read now, to its end: {_read(absence)}."
    return card(
        [
            columns(
                ("auto", [badge("back", "Informative")]),
                ("stretch", [heading(f"Syncwatch was away for {words.duration(absence.until - absence.since)}")]),
                name=name,
            ),
            text(said),
            *facts(_facts(absence)),
            *_opened(absence),
            buttons(button("Open incidents", "incidents"), button("Errors", "errors")),
        ],
        fallback=f"{summary(absence)}. {said}",
    )


def _read(absence: Absence) -> str:
    if not absence.rows:
        return "it has no rows"
    failed = f"{absence.failed:,} of them failed" if absence.failed else "none of them failed"
    return f"{words.count(absence.rows, 'row')}, {failed}"


def _came(absence: Absence) -> str:
    opened = words.count(len(absence.opened), "new incident") if absence.opened else "no new incident"
    return f"{opened}, {absence.resolved:,} resolved, {absence.open_now:,} open"


def _facts(absence: Absence) -> Iterator[tuple[str, str]]:
    yield "Since the return", _came(absence)
    yield "Failed for", "; ".join(f"{cause or 'no code'}: {rows:,}" for cause, rows in absence.causes)


def _opened(absence: Absence) -> Iterator[Element]:
    for each in absence.opened[:MOST_SHOWN]:
        yield text(run(f"#{each.number} ", bold=True), each.alert.title)
    if left := len(absence.opened) - MOST_SHOWN:
        yield from [text(run(f"and {left:,} more", subtle=True))] if left > 0 else []


def example() -> Card:
    return absence(
        Absence(
            since=sample.NOW - timedelta(hours=3, minutes=10),
            until=sample.NOW,
            rows=12_340,
            failed=217,
            causes=(("AttributeValueMustBeUnique · proxyAddresses", 210), ("TimeOut", 7)),
            opened=(sample.IN_QUARANTINE, sample.ADDRESSES_CLASH),
            resolved=1,
            open_now=3,
        )
    )
