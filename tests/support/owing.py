"""A mailroom with receivers that are down, closed, or take no reports, and what the list, the metrics, the doctor and the
heartbeat say of what is owed there.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.checks.deliveries import deliveries
from bot.health import Health
from bot.heartbeat import Heartbeat
from bot.incidents import moved
from bot.metrics import Metrics
from bot.model import Conversation, Grade, Incident, Pulse
from bot.model.routes import Arranged, Route, Webhook, WebhookKind
from bot.notify import edit
from bot.ports import Card, TryLater
from bot.routes import Routes
from tests.support.fakes import MemoryMessenger
from tests.support.mailroom import Mailroom, mailroom
from tests.support.patients import patient


class Moody(MemoryMessenger):
    """Answers 503 at some places, and counts the calls there; it may refuse others as closed."""

    def __init__(self) -> None:
        super().__init__()
        self.down = set[str]()
        self.calls = 0

    def _check(self, conversation: Conversation, card: Card | None = None) -> None:
        if conversation.id in self.down:
            self.calls += 1
            raise TryLater("the receiver answered 503")
        super()._check(conversation, card)


class Owing:
    def __init__(self, mail: Mailroom, receiver: Moody) -> None:
        self.mail, self.receiver, self.store, self.now = mail, receiver, mail.store, mail.now

    async def arrange(self, **webhooks: WebhookKind) -> Routes:
        """A file of ROUTES that sends everything to these webhooks, read as at the start or when it has changed."""
        hooks = tuple(
            Webhook(name=name, kind=kind, url=f"https://{name}.example", secret=f"env:{name}")
            for name, kind in webhooks.items()
        )
        found = Routes(Arranged(routes=tuple(Route(to=each.id) for each in hooks), webhooks=hooks))
        async with self.store.begin() as tx:
            await found.settle(tx, self.now())
        return found

    async def change(self, incident: Incident, **changes: object) -> Incident:
        after = moved(incident, self.now(), **changes)
        async with self.store.begin() as tx:
            await edit(tx, [after])
        return after

    async def opens(self, place: Conversation) -> None:
        """The bot may speak there again."""
        self.receiver.closed.discard(place.id)
        async with self.store.begin() as tx:
            await tx.conversations.save(place)
            await tx.conversations.revive(place.id, self.now())

    async def given_up(self) -> Sequence[str]:
        """What the list calls it, once the metric and the doctor agree on how much it is."""
        async with self.store.look() as tx:
            listed = [each.name for each in await tx.owing.dead()]
        assert await self.counted("dead") == len(listed)
        faults = [said for grade, said in await self.diagnosed() if grade is Grade.FAULT and "given up" in said]
        assert sum(int(each.split()[0]) for each in faults) == len(listed)
        return listed

    async def counted(self, state: str) -> int:
        """How many deliveries of a state /metrics tells of, of all kinds."""
        return await self._measured("syncwatch_undelivered", f'state="{state}"')

    async def shut(self, kind: str) -> int:
        """How many receivers of a kind are closed, as /metrics tells."""
        return await self._measured("syncwatch_closed_receivers", f'kind="{kind}"')

    async def _measured(self, metric: str, label: str) -> int:
        text = await Metrics().text(self.store, Health({}, self.now), Routes(), self.now(), leads=True)
        lines = [each for each in text.decode().splitlines() if each.startswith(f"{metric}{{")]
        return int(sum(float(each.split()[-1]) for each in lines if label in each))

    async def diagnosed(self) -> Sequence[tuple[Grade, str]]:
        """What the doctor says of deliveries."""
        looked_at = patient(self.store, self.now)
        return [(each.grade, each.text) async for each in deliveries(looked_at)]

    async def beats(self) -> bool:
        """Whether the heart beats, as far as deliveries go."""
        beats: list[bool] = []

        async def send() -> None:
            beats.append(True)

        async with self.store.begin() as tx:
            await tx.pulse.save(Pulse(at=self.now()))
        health = Health({}, self.now)
        await Heartbeat(store=self.store, now=self.now, health=health, patience=timedelta(minutes=5), send=send).beat()
        return beats == [True]


@asynccontextmanager
async def owing(url: str) -> AsyncGenerator[Owing]:
    receiver = Moody()
    async with mailroom(url, receiver) as mail:
        yield Owing(mail, receiver)
