"""Whatever a receiver does and whenever the bot dies: each incident is told in its order, to its end, and nothing twice unasked."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.store import Store
from bot.incidents import moved
from bot.model import Conversation, ConversationKind, Incident, Posted, Value
from bot.notify import edit
from bot.ports import CannotLook, Message, Receiver, TryLater
from tests.support.mailroom import Mailroom, place
from tests.support.make import Hand

DESK = place("desk", ConversationKind.WEBHOOK)
BOX = place("box", ConversationKind.EMAIL)
CHANNEL = place("general")
PLACES = (DESK, BOX, CHANNEL)

STEPS = st.lists(
    st.sampled_from(("change", "notes", "notes", "report", "deliver", "deliver", "deliver", "deliver", "pass", "die")),
    min_size=8,
    max_size=40,
)
MISHAPS = ("fine", "fine", "fine", "busy", "busy", "wait", "lost", "broken")
INCIDENTS = 3


class Heard(Value, frozen=True, kw_only=True):
    """One call that arrived; `key` names what it was about to say."""

    place: str
    incident: int
    key: str
    revision: int


class Fickle:
    """Port `Receiver`: remembers what arrived, and behaves as the dice fall until it is `sound`.

    `lost` answers are counted; `most` is how many calls about one thing were under way at once.
    """

    def __init__(self, dice: Random, *, looks: bool) -> None:
        self.looks, self.sound, self.most = looks, False, 0
        self.heard: list[Heard] = []
        self.lost = Counter[str]()
        self._dice, self._under_way = dice, Counter[tuple[str, int]]()

    async def post(self, conversation: Conversation, message: Message) -> Posted:
        await self._take(conversation, message)
        return Posted(activity_id=message.key, thread_id=conversation.id)

    async def update(self, conversation: Conversation, posted: Posted, message: Message) -> None:
        await self._take(conversation, message)

    async def note(self, conversation: Conversation, posted: Posted, text: str, message: Message) -> None:
        await self._take(conversation, message)

    async def find(self, conversation: Conversation, marker: str) -> Posted | None:
        raise CannotLook("nobody can be asked here")

    async def _take(self, conversation: Conversation, message: Message) -> None:
        lane = (conversation.id, self._about(conversation, message))
        self._under_way[lane] += 1
        try:
            self.most = max(self.most, self._under_way[lane])
            await self._as_it_likes(conversation, message)
        finally:
            self._under_way[lane] -= 1

    async def _as_it_likes(self, conversation: Conversation, message: Message) -> None:
        how = "fine" if self.sound else self._dice.choice(MISHAPS)
        for _ in range(self._dice.randrange(6)):
            await asyncio.sleep(0)
        if how in ("busy", "wait"):
            raise TryLater("not now", after=5.0 if how == "wait" else None)
        incident = message.incident
        number, revision = (incident.number, incident.revision) if incident else (0, 0)
        self.heard.append(Heard(place=conversation.id, incident=number, key=message.key, revision=revision))
        if how == "lost":
            self.lost[conversation.id] += 1
            raise TryLater("the answer was lost", uncertain=True)
        if how == "broken":
            self.lost[conversation.id] += 1
            raise RuntimeError("something that nobody foresaw")

    @staticmethod
    def _about(conversation: Conversation, message: Message) -> int:
        if conversation.in_teams:
            return 0
        return message.incident.number if message.incident else -int(message.key.split("-")[1])


class Story:
    """A bot that tells three receivers; it may die at any moment."""

    def __init__(self, store: Store, dice: Random) -> None:
        self.receivers = {each.id: Fickle(dice, looks=each is not BOX) for each in PLACES}
        self.room = Room(store, self.receivers)
        self.dice, self.deaths, self.reports = dice, 0, 0
        self.incidents: list[Incident] = []
        self.notes = Counter[int]()

    async def step(self, what: str) -> None:
        match what:
            case "change":
                await self._change()
            case "notes":
                about = self.dice.choice(self.incidents).number
                self.notes[about] += 2
                async with self.room.store.begin() as tx:
                    for _ in range(2):
                        await tx.outbox.add_note(about, "Still there")
            case "report":
                self.reports += 1
                async with self.room.store.begin() as tx:
                    for each in PLACES:
                        await tx.outbox.add_post(each.id, f"{self.reports}", {}, "Week", f"week-{self.reports}")
            case "pass":
                self.room.now.forward(seconds=self.dice.choice((1, 2, 4, 30)))
            case "die":
                await self._die()
            case _:
                await self.room.deliverer.deliver()

    async def opened(self) -> None:
        await self.room.open(*PLACES)
        self.incidents = [await self.room.happens(f"Trouble {number}", *PLACES) for number in range(INCIDENTS)]

    async def _change(self) -> None:
        which = self.dice.randrange(INCIDENTS)
        self.incidents[which] = moved(self.incidents[which], self.room.now())
        async with self.room.store.begin() as tx:
            await edit(tx, [self.incidents[which]])

    async def _die(self) -> None:
        for _ in range(3):
            await self.room.deliverer.look()
            for _ in range(self.dice.randrange(30)):
                await asyncio.sleep(0)
        await self.room.deliverer.stop()
        self.deaths += 1
        self.room.restart()

    async def rest(self) -> None:
        for each in self.receivers.values():
            each.sound = True
        await self.room.rest(minutes=60, step=120)


class Room(Mailroom):
    """With a receiver for each conversation."""

    def __init__(self, store: Store, each: dict[str, Fickle]) -> None:
        self._each = each
        super().__init__(store, each[DESK.id], Hand())
        self.render = lambda incident: ({"type": "AdaptiveCard"}, incident.alert.title)

    def receiver_of(self, conversation: Conversation) -> Receiver:
        return self._each[conversation.id]


async def live(folder: Path, steps: Sequence[str], seed: int) -> None:
    store = await Store.open(f"sqlite:///{(folder / 'bot.db').as_posix()}", durable=False)
    try:
        story = Story(store, Random(seed))
        await story.opened()
        for each in steps:
            await story.step(each)
        await story.rest()
        async with store.look() as tx:
            assert await tx.outbox.behind() == 0, "nothing is lost"
    finally:
        await store.close()
    for where in PLACES:
        told(story, where, story.receivers[where.id])


def told(story: Story, where: Conversation, receiver: Fickle) -> None:
    """What one receiver has heard in the end."""
    assert receiver.most <= 1, "one at a time in each lane"
    keys = [each.key for each in receiver.heard]
    for incident in story.incidents:
        mine = [each for each in receiver.heard if each.incident == incident.number]
        assert mine[0].key == f"incident-{incident.number}", "its opening comes first"
        assert all(one.revision <= other.revision for one, other in pairwise(mine)), "in its order"
        cards = [each.revision for each in mine if each.key.startswith("incident-")]
        assert cards[-1] == incident.revision, "to its end"
        notes = [int(each.key.removeprefix("note-")) for each in mine if each.key.startswith("note-")]
        assert notes == sorted(notes)
        assert len(set(notes)) == story.notes[incident.number], "no note is left out"
    assert len({key for key in keys if key.startswith("post-")}) == story.reports
    again = len(keys) - len(set(keys))
    at_once = len(story.incidents) + story.reports if where == DESK else 1
    assert again <= receiver.lost[where.id] + story.deaths * at_once, "twice only what may not have arrived"


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, st.integers(0, 2**32))
def test_each_incident_is_told_in_its_order_and_to_its_end(steps: list[str], seed: int) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(live(Path(folder), steps, seed))
