"""The outbox and its deliverer over a real database, with a clock that is moved by hand: what the fault tests play with."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from bot.adapters.store import Store
from bot.given_up import Reporter
from bot.model import Alert, Conversation, ConversationKind, Incident, Severity
from bot.model.routes import Matchers, Route
from bot.outbox import Deliverer
from bot.pacing import Pacing
from bot.ports import Card, Receiver, StoreDown
from bot.present import incident_card
from bot.routes import Routes
from cards.notes import summary
from tests.support.fakes import MemoryMessenger
from tests.support.make import CHANNEL, NOON, Hand, evidence

ANY = Matchers()


def place(name: str, kind: ConversationKind = ConversationKind.CHANNEL) -> Conversation:
    """A conversation of that name."""
    ids = {ConversationKind.EMAIL: f"mailto:{name}@contoso.com", ConversationKind.WEBHOOK: f"webhook:{name}"}
    return Conversation(
        id=ids.get(kind, f"19:{name}@thread.tacv2"),
        tenant_id=CHANNEL.tenant_id,
        service_url=CHANNEL.service_url,
        kind=kind,
        name=name,
    )


class Mailroom:
    """`receiver` is what everything is told to; `render` may be replaced, and a restart loses what is only remembered."""

    def __init__(self, store: Store, receiver: Receiver, clock: Hand) -> None:
        self.store, self.receiver, self.now = store, receiver, clock
        self.render: Callable[[Incident], tuple[Card, str]] = lambda each: (
            incident_card(each, self.now()),
            summary(each),
        )
        self.reporter = Reporter(store=store, book=Routes().book, now=clock, wake=lambda: None)
        self.restart()

    def restart(self) -> None:
        self.deliverer = Deliverer(
            store=self.store,
            receivers=self.receiver_of,
            render=lambda incident, _: self.render(incident),
            now=self.now,
            pacing=Pacing(lambda: (self.now() - NOON).total_seconds()),
            sleep=self.now.sleep,
        )

    def receiver_of(self, conversation: Conversation) -> Receiver:
        return self.receiver

    async def open(self, *places: Conversation) -> None:
        """Conversations that hear of everything."""
        async with self.store.begin() as tx:
            for each in places:
                await tx.conversations.save(each)
                await tx.routes.add(Route(to=each.id, matchers=ANY))

    async def happens(self, title: str, *places: Conversation, notes: Iterable[str] = ()) -> Incident:
        """A new incident, stored together with whom to tell."""
        alert = Alert(title=title, detail="It hurts.", severity=Severity.HIGH, rule="quarantine", job_id="j", key=title)
        new = Incident(number=0, alert=alert, evidence=evidence(), opened_at=self.now(), changed_at=self.now())
        async with self.store.begin() as tx:
            saved = await tx.incidents.save(new)
            for each in places:
                await tx.outbox.want_card(saved.number, each.id, saved.revision)
            for note in notes:
                await tx.outbox.add_note(saved.number, note)
        return saved

    async def rest(self, *, seconds: float = 0, minutes: float = 0, step: float = 10) -> None:
        """Let time pass, and deliver whatever falls due meanwhile."""
        left = seconds + 60 * minutes
        while True:
            with suppress(StoreDown):  # as the loop around the deliverer goes on
                await self.deliverer.deliver()
            if left <= 0:
                return
            self.now.at += timedelta(seconds=min(step, left))
            left -= step


@asynccontextmanager
async def mailroom(url: str, receiver: Receiver | None = None) -> AsyncGenerator[Mailroom]:
    store = await Store.open(url)
    try:
        yield Mailroom(store, receiver or MemoryMessenger(), Hand())
    finally:
        await store.close()
