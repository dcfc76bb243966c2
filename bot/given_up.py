"""What was given up is told to others once: in one message, at most once a minute, and never about such a message itself."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence

from bot import routes
from bot.adapters.store import Store, Transaction
from bot.adapters.store.settling import REPORT
from bot.model import Conversation, ConversationKind, Incident
from bot.model.telling import Telling
from bot.ports import Clock
from bot.route_words import where
from bot.routing import Book, hearing, places
from cards.given_up import Lost, given_up, summary

log = logging.getLogger(__name__)

MOST_OTHERS = 3
"""Conversations that hear of it where neither a fallback nor anybody who hears of the incident can be reached."""

Open = Callable[[Transaction], Awaitable[Book]]


class Reporter:
    """Looks for what was given up since the last look. `book` opens the routes as they stand."""

    def __init__(self, *, store: Store, book: Open, now: Clock, wake: Callable[[], None]) -> None:
        self._store, self._book, self._now, self._wake = store, book, now, wake

    async def report(self) -> int:
        """How many conversations are told."""
        async with self._store.look() as tx:
            if not await tx.told.unreported(1):
                return 0
        async with self._store.begin() as tx:
            told = await self._tell(tx)
        if told:
            self._wake()
        return told

    async def _tell(self, tx: Transaction) -> int:
        some = await tx.told.unreported()
        known = await tx.told.known(some)
        news = [each for each in some if each.id not in known]
        await tx.told.reported(some)
        if not news:
            return 0
        book, names = await self._book(tx), await routes.names(tx)
        incidents = await tx.incidents.of({each.incident for each in news})
        found = who_hears(news, incidents, book)
        find = places(book)
        for to, mine in found.items():
            lost = [
                Lost(telling=each, where=where(each.conversation_id, find(each.conversation_id), names))
                for each in mine
            ]
            await self._post(tx, to, lost)
        if not found:
            log.error("there is nobody who could be told of what was given up", extra={"deliveries": len(news)})
        return len(found)

    async def _post(self, tx: Transaction, to: str, lost: Sequence[Lost]) -> None:
        name = f"{lost[0].telling.id}-{lost[-1].telling.id}"
        mark = f"{REPORT}{name}."
        card = given_up(lost, self._now(), name=mark)
        await tx.outbox.add_post(to, f"given-up/{name}", card, summary(lost), mark, since=self._now())


def who_hears(
    some: Sequence[Telling], incidents: Mapping[int, Incident], book: Book
) -> Mapping[str, Sequence[Telling]]:
    """Whom to tell of what: the fallback, or else those who hear of the incident too, or else some who hear of anything.

    Nobody is told of their own; and where something arrives there better than where something else was given up.
    """
    find = places(book)
    failing = {place.id for each in some if (place := find(each.conversation_id))}
    found: dict[str, list[Telling]] = {}
    for each in some:
        own = find(each.conversation_id)
        avoid = failing | {own.id if own else each.conversation_id}
        for to in _others(each, incidents, book, avoid) or _others(each, incidents, book, avoid - failing | _of(own)):
            found.setdefault(to, []).append(each)
    return found


def _of(own: Conversation | None) -> set[str]:
    return {own.id} if own else set()


def _others(each: Telling, incidents: Mapping[int, Incident], book: Book, avoid: set[str]) -> Sequence[str]:
    for some in _tiers(each, incidents, book):
        if left := [place.id for place in some if place.active and place.id not in avoid | book.no_reports]:
            return left
    return []


def _tiers(each: Telling, incidents: Mapping[int, Incident], book: Book) -> Iterator[Iterable[Conversation]]:
    find = places(book)
    yield [place for to in book.fallback if (place := find(to))]
    if (incident := incidents.get(each.incident)) is not None:
        yield [one.conversation for one in hearing(incident, book) if _reads(one.conversation)]
    routed = dict.fromkeys(route.to for route in book.routes)
    others = [place for to in routed if (place := find(to)) and place.active and _reads(place)]
    yield others[:MOST_OTHERS]


def _reads(place: Conversation) -> bool:
    # A ticket for each lost message would help nobody.
    return place.kind is not ConversationKind.WEBHOOK
