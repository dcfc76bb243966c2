"""Whether anybody is told: routes that lead nowhere or match nothing, and open incidents that stand nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping

from bot.doctor import Patient, check, fault, note, well
from bot.model import Diagnosis, Incident
from bot.model.routes import RouteSource
from bot.route_remarks import idle
from bot.route_words import closed, label
from bot.routes import Routes, names
from bot.routing import Book, places
from cards.words import count

TOPIC = "Routes"
SHOWN = 5


@check(TOPIC, order=88)
async def whoever_is_told(patient: Patient) -> AsyncIterator[Diagnosis]:
    routes = patient.routes or Routes()
    async with patient.store.look() as tx:
        book, people = await routes.book(tx), await names(tx)
        standing = await tx.outbox.standing()
        opened = [each for each in await tx.incidents.open() if not each.held_by]
    if routes.problem:
        yield fault(TOPIC, f"What was arranged before stays in force until this is mended. {routes.problem}")
    find = places(book)
    reached = {place.id for to in _receivers(book) if (place := find(to)) is not None and place.active}
    if not reached:
        yield note(TOPIC, "Nobody watches, so no incident is shown: add the app to a team, or write `watch` in a chat.")
    lost = [each for each in book.routes if closed(find(each.to))]
    for each in lost[:SHOWN]:
        yield note(TOPIC, f"Route {label(each)} leads nowhere: {closed(find(each.to)).rstrip('.')}. `routes` shows it.")
    for said in _idle(book, people, routes.arranged.file):
        yield note(TOPIC, said)
    if book.fallback and not any((place := find(to)) is not None and place.active for to in book.fallback):
        yield fault(
            TOPIC, "The fallback of ROUTES cannot be reached, so all who watch anything hear of what no route matches."
        )
    if untold := [each for each in opened if each.number not in standing]:
        yield fault(TOPIC, f"{_named(untold)} told to nobody. Write `watch` where it shall be shown.")
    elif reached:
        yield well(TOPIC, f"{count(len(book.routes), 'route')} to {count(len(reached), 'receiver')}.")


def _idle(book: Book, people: Mapping[str, str], file: str) -> Iterator[str]:
    """Routes of which something matches nothing: mistyped, or gone since."""
    # A table that leads to several receivers is told once.
    each_once = {(each.source, each.number): each for each in book.routes}.values()
    found = [(each, said) for each in each_once if (said := "; ".join(idle(each.matchers, book, people)))]
    for route, said in found[:SHOWN]:
        table = f" ([[routes]] {route.number} of {file})" if route.source is RouteSource.SETTINGS else ""
        yield f"Route {label(route)}{table}: {said}."
    if (left := len(found) - SHOWN) > 0:
        yield f"{count(left, 'more route')} {'has' if left == 1 else 'have'} something that matches nothing; `routes` shows it."


def _receivers(book: Book) -> Iterable[str]:
    return [*(route.to for route in book.routes), *book.fallback]


def _named(found: list[Incident]) -> str:
    numbers = ", ".join(f"#{each.number}" for each in found[:SHOWN])
    more = f" and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
    return f"{count(len(found), 'open incident')} ({numbers}{more}) {'is' if len(found) == 1 else 'are'}"
