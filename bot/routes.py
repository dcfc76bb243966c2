"""Routes of chat and settings put together with what they are held against: places, jobs, owners, rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from bot.adapters.store import Transaction
from bot.calling import Names
from bot.detect import rules
from bot.kqlrules.model import KqlRule
from bot.kqlrules.shelf import shipped
from bot.model import PERSON, Conversation, ConversationKind, Incident
from bot.model.routes import MAIL, WEBHOOK, Arranged
from bot.notify import show_open
from bot.places import opened
from bot.replay import Past
from bot.routing import Book, everybody, hearing, places

PAST = timedelta(days=7)
"""How far back a dry run goes."""

_KINDS = {MAIL: ConversationKind.EMAIL, WEBHOOK: ConversationKind.WEBHOOK, PERSON: ConversationKind.PERSONAL}


class Routes:
    """What the settings arranged, and how the book is opened that decides who hears. `own` are the tenant's own rules.

    `problem` is why the file of ROUTES is not in force as it is now; "" where it is. `names` knows people on call who never
    spoke to the bot.
    """

    def __init__(
        self, arranged: Arranged | None = None, *, own: Callable[[], Iterable[KqlRule]] = tuple, tenant_id: str = ""
    ) -> None:
        self.arranged, self.problem, self.names = arranged or Arranged(), "", Names()
        self._last, self._names = Book(), dict[str, str]()
        self._own, self._tenant_id = own, tenant_id

    async def book(self, tx: Transaction) -> Book:
        """As everything stands now."""
        personas, known, arranged = *self._rules(), self.arranged
        if any(each.mention for each in arranged.routes):
            self._names = dict(await names(tx))
        self._last = Book(
            routes=(*await tx.routes.all(), *arranged.routes),
            fallback=arranged.fallback,
            conversations=await tx.conversations.all(),
            jobs=await tx.reading.jobs(),
            owners=await tx.credentials.owners(),
            personas=personas,
            rules=known,
            no_reports=_no_reports(arranged),
            no_notes=frozenset(each.id for each in arranged.webhooks if not each.takes_notes),
        )
        return self._last

    def called(self, incident: Incident, conversation: Conversation) -> list[tuple[str, str]]:
        """Who is mentioned on the incident's card there, as name and object id, by the book that was opened last.

        Only people whom the bot has met: Teams refuses a card that mentions somebody whom it does not know.
        """
        if not self._names or not conversation.in_teams:
            return []
        heard = (each for each in hearing(incident, self._last) if each.conversation.id == conversation.id)
        ids = dict.fromkeys(who for each in heard for route in each.routes for who in route.mention)
        return [(self._names[who], who) for who in ids if who in self._names]

    def rule_names(self) -> frozenset[str]:
        """Every rule that there is, also the tenant's own."""
        return rule_names(self._own())

    async def settle(self, tx: Transaction, now: datetime, *, telling: bool = True) -> None:
        """Make the receivers known that the settings name and Teams does not, and, where this process is `telling`, bring
        what is open to all of them."""
        await self._make_known(tx, now, anew=telling)
        if not telling:
            return
        await tx.owing.withdraw_posts(_no_reports(self.arranged), now)
        book = await self.book(tx)
        find = places(book)
        led_to = [find(to) for to in (*(route.to for route in self.arranged.routes), *self.arranged.fallback)]
        gone = self._gone(book)
        # What stood at a webhook that is named no more may be anybody's now, also of those who watch in chat.
        others = everybody(book) if gone else []
        found = [each for each in (*led_to, *others) if each is not None and each.active]
        await show_open(tx, found, book, now, but=gone)

    async def reopen(self, tx: Transaction, some: Iterable[Conversation], now: datetime) -> None:
        """What was closed is spoken to again, and is brought what it missed."""
        places = [opened(each) for each in some]
        for each in places:
            await tx.conversations.save(each)
            await tx.conversations.revive(each.id, now)
        await show_open(tx, places, await self.book(tx), now)

    async def closed(self, tx: Transaction) -> list[Conversation]:
        """Receivers that a route, the fallback or the file's list of who is on call names, and that are closed to the bot."""
        find = places(Book(conversations=await tx.conversations.all()))
        of_chat = [each.to for each in await tx.routes.all()]
        named = {each.id: each for to in (*of_chat, *self._named()) if (each := find(to)) is not None}
        return [each for each in named.values() if not each.active]

    def _named(self) -> list[str]:
        """Whom the file of ROUTES names."""
        calling = self.arranged.oncall.people if self.arranged.oncall else ()
        led_to = [*(route.to for route in self.arranged.routes), *self.arranged.fallback]
        return list(dict.fromkeys([*led_to, *(PERSON + each for each in calling)]))

    def _gone(self, book: Book) -> list[str]:
        named = {each.id for each in self.arranged.webhooks}
        known = book.conversations.values()
        return [each.id for each in known if each.kind is ConversationKind.WEBHOOK and each.id not in named]

    async def _make_known(self, tx: Transaction, now: datetime, *, anew: bool) -> None:
        known = await tx.conversations.all()
        chats = {each.user_id for each in known.values() if each.kind is ConversationKind.PERSONAL}
        for to in self._named():
            place = outside(to, self._tenant_id)
            if place is None or (place.user_id and place.user_id in chats):
                continue
            before = known.get(to)
            if before is None or (anew and not (before.active or before.in_teams)):
                # What was given up, because a server or a desk would not have it, is worth another try after a start or a change of the file.
                await tx.conversations.save(place)
                await tx.conversations.revive(to, now)

    def _rules(self) -> tuple[Mapping[str, str], frozenset[str]]:
        own = tuple(self._own())
        personas = {each.name: each.persona for each in (*shipped(), *own) if each.persona}
        return personas, rule_names(own)


def rule_names(own: Iterable[KqlRule] = ()) -> frozenset[str]:
    """Every rule that there is."""
    return frozenset([*(each.name for each in rules()), *(each.name for each in own)])


def _no_reports(arranged: Arranged) -> frozenset[str]:
    return frozenset(each.id for each in arranged.webhooks if not each.takes_reports)


def outside(to: str, tenant_id: str) -> Conversation | None:
    """The receiver that an id of the settings stands for; None for a conversation that only Teams can tell of."""
    kind = next((kind for beginning, kind in _KINDS.items() if to.startswith(beginning)), None)
    if kind is None:
        return None
    _, _, name = to.partition(":")
    return Conversation(
        id=to,
        tenant_id=tenant_id,
        service_url="",
        kind=kind,
        name="" if kind is ConversationKind.PERSONAL else name,
        user_id=name if kind is ConversationKind.PERSONAL else "",
    )


async def past(tx: Transaction, now: datetime) -> Past:
    """The last days, for a dry run."""
    since = now - PAST
    steps = await tx.timeline.since(since)
    return Past(since=since, incidents=await tx.incidents.some(steps), steps=steps)


async def names(tx: Transaction) -> Mapping[str, str]:
    """People by object id, as far as they are known."""
    return {each.id: each.name for each in await tx.people.met() if each.name}
