"""Who was told of an incident: what went to each receiver, how it ended, what still waits, and why it is theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from bot.model import PERSON, Conversation, Incident, Person, TimelineEntry, Value
from bot.model.held import Held
from bot.model.routes import Route
from bot.model.telling import Pending, Telling
from bot.route_words import closed, led, where, why
from bot.routing import Book, hearing, matches, places
from bot.unattended import ESCALATED, UNREACHED

ON_CALL, NOT_REACHED = "on call", "on call, but could not be reached when it was their turn"

_UNKNOWN: Mapping[str, datetime] = {}


class Told(Value, frozen=True, kw_only=True):
    """One receiver. `shows` is the revision that its card shows, 0 where none stands; `closed` why nothing arrives, and
    `closed_since` when it refused what came. `held` is what was held back there: quiet hours, silence, a storm.

    `because` is why it hears of the incident, "" where by today's routes it would not.
    """

    where: str
    because: str
    closed: str
    shows: int
    tellings: tuple[Telling, ...]
    pending: tuple[Pending, ...]
    held: Held | None = None
    closed_since: datetime | None = None


def receivers(
    incident: Incident,
    book: Book,
    names: Mapping[str, str],
    *,
    cards: Iterable[tuple[Conversation, int]],
    pending: Sequence[Pending],
    tellings: Sequence[Telling],
    held: Iterable[Held] = (),
    asked: Mapping[str, str] | None = None,
    closed_since: Mapping[str, datetime] = _UNKNOWN,
) -> list[Told]:
    """Everybody who was told or is to be; `cards` are where the incident's card belongs, with what it shows there.

    `asked` says of those who were to be asked to take it, being on call, how that went, by object id.
    """
    find = places(book)

    def whose(to: str) -> str:
        # What went to a person before their chat was open is theirs.
        place = find(to)
        return place.id if place is not None else to

    because = {each.conversation.id: why(each, book.jobs, names) for each in hearing(incident, book)}
    shown = {whose(place.id): revision for place, revision in cards}
    told = [whose(each.conversation_id) for each in tellings]
    back = {whose(each.conversation_id): each for each in held}
    waits = (whose(each.conversation.id) for each in pending)
    # Where nothing arrives now, the route that leads there is the reason all the same, and so is having been on call.
    called = {whose(PERSON + each): how for each, how in (asked or {}).items()}
    led = _led_to(incident, book, names, whose)
    reasons = called | led | because
    # Of what is over nobody hears any more: a route that began afterwards has nothing to do with it.
    to_come = [*because, *(to for to in led if closed(find(to)))] if incident.open else ()
    everybody = dict.fromkeys([*shown, *waits, *told, *back, *to_come])
    return [
        Told(
            where=where(to, find(to), names),
            because=reasons.get(to, ""),
            closed=closed(find(to)),
            shows=shown.get(to, 0),
            tellings=tuple(each for each, at in zip(tellings, told, strict=True) if at == to),
            pending=tuple(each for each in pending if whose(each.conversation.id) == to),
            held=back.get(to),
            closed_since=closed_since.get(to),
        )
        for to in everybody
    ]


def asked(incident: Incident, steps: Iterable[TimelineEntry], people: Iterable[Person]) -> dict[str, str]:
    """Those who were to be asked to take it, by object id, and whether they could be; `people` are on call.

    Once somebody has it, only its timeline still tells that anybody was asked.
    """
    escalated = any(each.kind in (ESCALATED, UNREACHED) for each in steps)
    known = {each.id: ON_CALL for each in people if escalated}
    if (waiting := incident.waiting) is not None:
        known |= {each.person.id: ON_CALL for each in waiting.asked}
        known |= {each.person.id: NOT_REACHED for each in waiting.unreached}
    return known


def _led_to(incident: Incident, book: Book, names: Mapping[str, str], whose: Callable[[str], str]) -> dict[str, str]:
    """The routes that match it, by where they lead, also where the bot may not speak now."""
    found: dict[str, list[Route]] = {}
    for route in book.routes:
        if matches(route.matchers, incident, book):
            found.setdefault(whose(route.to), []).append(route)
    return {to: led(routes, book.jobs, names) for to, routes in found.items()}
