"""Whether anybody is told: routes that lead nowhere, and open incidents that stand nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from bot.doctor import Patient, check, fault, note, well
from bot.model import Diagnosis, Incident
from bot.route_words import closed, label
from bot.routes import Routes
from bot.routing import Book, places
from cards.words import count

TOPIC = "Routes"
SHOWN = 5


@check(TOPIC, order=88)
async def routes(patient: Patient) -> AsyncIterator[Diagnosis]:
    async with patient.store.look() as tx:
        book = await (patient.routes or Routes()).book(tx)
        standing = await tx.outbox.standing()
        opened = [each for each in await tx.incidents.open() if not each.held_by]
    find = places(book)
    reached = {place.id for to in _receivers(book) if (place := find(to)) is not None and place.active}
    if not reached:
        yield note(TOPIC, "Nobody watches, so no incident is shown: add the app to a team, or write `watch` in a chat.")
    lost = [each for each in book.routes if closed(find(each.to))]
    for each in lost[:SHOWN]:
        yield note(TOPIC, f"Route {label(each)} leads nowhere: {closed(find(each.to)).rstrip('.')}. `routes` shows it.")
    if book.fallback and not any((place := find(to)) is not None and place.active for to in book.fallback):
        yield fault(
            TOPIC, "The fallback of ROUTES cannot be reached, so all who watch anything hear of what no route matches."
        )
    if untold := [each for each in opened if each.number not in standing]:
        yield fault(TOPIC, f"{_named(untold)} told to nobody. Write `watch` where it shall be shown.")
    elif reached:
        yield well(TOPIC, f"{count(len(book.routes), 'route')} to {count(len(reached), 'receiver')}.")


def _receivers(book: Book) -> Iterable[str]:
    return [*(route.to for route in book.routes), *book.fallback]


def _named(found: list[Incident]) -> str:
    numbers = ", ".join(f"#{each.number}" for each in found[:SHOWN])
    more = f" and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
    return f"{count(len(found), 'open incident')} ({numbers}{more}) {'is' if len(found) == 1 else 'are'}"
