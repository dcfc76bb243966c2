"""Who was told of an incident, one receiver a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.model import DeliveryKind, Incident
from bot.model.held import Held, Why
from bot.model.telling import Ended, Pending, Telling
from bot.ports import Card
from bot.who_was_told import Told
from cards import over, sample, words
from cards.elements import Element, button, buttons, card, cell, heading, run, table, text
from cards.sample_told import RECEIVERS

SHOWN = 6
"""The latest things that went to a receiver, which are spelt out."""

_WHAT = {DeliveryKind.CARD: "The card", DeliveryKind.NOTE: "A note", DeliveryKind.POST: "A message"}
_ENDED = {
    Ended.DELIVERED: "was delivered",
    Ended.GIVEN_UP: "was given up",
    Ended.CARD_GONE: "was not there any more, so it is posted anew",
    Ended.TAKEN_BACK: "is tried again",
}


def who_was_told(
    incident: Incident,
    some: Sequence[Told],
    now: datetime,
    *,
    every: int,
    page: int = 1,
    pages: int = 1,
    asked: int = 1,
) -> Card:
    """Some of all receivers; `asked` is the page that was asked for."""
    title, said = f"Who was told of #{incident.number}", words.beyond(asked, pages) + _summary(some, every)
    body = [heading(title), text(over.title(incident), subtle=True), text(said, spacing="Small")]
    if not some:
        return card([*body, buttons(button("Who hears of what", "routes"))], fallback=f"{title}: {said}")
    return card(
        [
            *body,
            table((4, 7), [_HEADER, *(_row(each, incident, now) for each in some)]),
            buttons(
                button("More", "who-was-told", f"{incident.number} --page {page + 1}") if page < pages else None,
                button("What is undelivered", "undelivered") if any(each.pending for each in some) else None,
            ),
        ],
        fallback=f"{title}: {said}",
    )


_HEADER = [[cell(name, bold=True)] for name in ("Who, and why", "What they were told")]


def _summary(some: Sequence[Told], every: int) -> str:
    if not every:
        return "Nobody was told, and no route leads anywhere: write watch where it shall be shown."
    waiting = sum(any(not one.dead for one in each.pending) for each in some)
    shut = sum(bool(each.closed) for each in some)
    dead = sum(any(one.dead for one in each.pending) for each in some)
    parts = [
        words.count(every, "receiver"),
        f"something waits for {words.count(waiting, 'of them', 'of them')}" if waiting else "",
        f"{words.count(shut, 'of them is', 'of them are')} closed to the bot" if shut else "",
        f"something was given up for {words.count(dead, 'of them', 'of them')}" if dead else "",
    ]
    return f"{'; '.join(part for part in parts if part)}."


def _row(told: Told, incident: Incident, now: datetime) -> list[list[Element]]:
    who = [text(run(told.where, bold=True))]
    who.append(text(words.capital(told.because or "no route of today leads there"), subtle=True, spacing="None"))
    same = _same(told)
    lines = [(each.at, _line(each, now, same.get(each.id))) for each in told.tellings[-SHOWN:]]
    if told.held is not None:
        lines.append((told.held.since, text(_held(told.held, now), spacing="None")))
    what = [line for _, line in sorted(lines, key=lambda each: each[0])]
    if (left := len(told.tellings) - SHOWN) > 0:
        what.insert(0, text(f"{words.count(left, 'earlier message')}", subtle=True, spacing="None"))
    left_over = [each for each in told.pending if each not in same.values()]
    what += [_pending(each, told, now) for each in left_over]
    if told.closed and not any(told.closed.rstrip(".") in each.dead for each in told.pending):
        since = f" since {words.since(told.closed_since, now)}" if told.closed_since else ""
        what.append(text(f"Closed to the bot{since}: {told.closed.rstrip('.')}.", spacing="None"))
    if not told.pending and told.shows:
        newest = "It shows how things are now." if told.shows >= incident.revision else "It shows an earlier state."
        what.append(text(newest, subtle=True, spacing="None"))
    return [who, what or [text("Nothing yet.", subtle=True)]]


def _held(held: Held, now: datetime) -> str:
    why = {Why.QUIET: "quiet hours", Why.MUTED: "muted", Why.STORM: "too much at once"}[held.why]
    told = "and told in a digest" if held.digest else "until a digest tells it"
    return f"Held back at {words.moment(held.since, now)} ({why}), {told}."


def _same(told: Told) -> dict[int, Pending]:
    """What was given up and is told of among the latest anyway, by the telling's id: one failure is one line."""
    found: dict[int, Pending] = {}
    given_up = [each for each in told.tellings[-SHOWN:] if each.ended is Ended.GIVEN_UP]
    for one in reversed(told.pending):
        alike = (each.id for each in reversed(given_up) if (each.what, each.text) == (one.kind, one.dead))
        if (mine := next((each for each in alike if each not in found), None)) is not None:
            found[mine] = one
    return found


def _line(telling: Telling, now: datetime, owed: Pending | None = None) -> Element:
    tries = f", at attempt {telling.attempts}" if telling.attempts > 1 else ""
    why = f": {telling.text.rstrip('.')}" if telling.text else ""
    what = _what(owed) if owed else _WHAT[telling.what]
    name = f" ({owed.name})" if owed else ""
    said = f"{words.moment(telling.at, now)}: {what} {_ENDED[telling.ended]}{name}{tries}{why}."
    return text(run(said, bold=owed is not None), spacing="None")


def _what(each: Pending) -> str:
    return "What is new on the card" if each.kind is DeliveryKind.CARD and each.posted else _WHAT[each.kind]


def _pending(each: Pending, told: Told, now: datetime) -> Element:
    what = _what(each)
    since = f" since {words.since(each.since, now)}" if each.since else ""
    if each.dead:
        return text(run(f"{what} was given up ({each.name}): {each.dead.rstrip('.')}.", bold=True), spacing="None")
    if told.closed:
        return text(f"{what} waits{since}, until the bot may speak there.", spacing="None")
    tries = f" after {words.count(each.attempts, 'attempt')}" if each.attempts else ""
    later = each.not_before if each.not_before and each.not_before > now else None
    until = f"; the next try is {words.coming(later, now)}" if later else ""
    return text(f"{what} waits{since}{tries}{until}.", spacing="None")


def example() -> Card:
    return who_was_told(sample.IN_QUARANTINE, RECEIVERS, sample.NOW, every=len(RECEIVERS))
