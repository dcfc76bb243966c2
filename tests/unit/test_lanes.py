"""What waits for what: in Teams a conversation, by mail and at a webhook one incident, and nothing else."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from bot.incidents import moved
from bot.model import Conversation, ConversationKind, Incident, Posted
from bot.notify import edit
from bot.ports import Message, TryLater, Undeliverable
from bot.underway import ABREAST, AT_ONCE
from tests.support.fakes import MemoryMessenger
from tests.support.mailroom import Mailroom, mailroom, place

DESK = place("desk", ConversationKind.WEBHOOK)
OTHER_DESK = place("other", ConversationKind.WEBHOOK)
BOX = place("box", ConversationKind.EMAIL)
CHANNEL = place("general")

Answer = Callable[[Message], Exception | None]


class Slow(MemoryMessenger):
    """Holds every call until it is let go on; `answer` may then refuse it. `calls` are all that came, by place and title."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.answer: Answer = lambda message: None
        self.calls: list[tuple[str, str]] = []
        self.now, self.most = Counter[str](), Counter[str]()

    async def post(self, conversation: Conversation, message: Message) -> Posted:
        await self._held(conversation, message)
        return await super().post(conversation, message)

    async def update(self, conversation: Conversation, posted: Posted, message: Message) -> None:
        await self._held(conversation, message)
        await super().update(conversation, posted, message)

    async def note(self, conversation: Conversation, posted: Posted, text: str, message: Message) -> None:
        await self._held(conversation, message)
        await super().note(conversation, posted, text, message)

    async def _held(self, conversation: Conversation, message: Message) -> None:
        self.calls.append((conversation.id, message.summary))
        self.now[conversation.id] += 1
        self.most[conversation.id] = max(self.most[conversation.id], self.now[conversation.id])
        try:
            await self.gate.wait()
        finally:
            self.now[conversation.id] -= 1
        if (error := self.answer(message)) is not None:
            raise error

    def titles(self, where: Conversation) -> list[str]:
        return [title for name, title in self.calls if name == where.id]


@pytest.fixture
async def room(database_url: str) -> AsyncIterator[Mailroom]:
    async with mailroom(database_url, Slow()) as opened:
        opened.render = lambda incident: ({"type": "AdaptiveCard"}, incident.alert.title)
        await opened.open(DESK, OTHER_DESK, BOX, CHANNEL)
        yield opened


def slow(room: Mailroom) -> Slow:
    assert isinstance(room.receiver, Slow)
    return room.receiver


async def storm(room: Mailroom, many: int, *places: Conversation) -> list[Incident]:
    return [await room.happens(f"Trouble {number:03d}", *places) for number in range(many)]


async def change(room: Mailroom, incidents: Sequence[Incident]) -> None:
    async with room.store.begin() as tx:
        await edit(tx, [moved(each, room.now()) for each in incidents])


async def busy(room: Mailroom, *where: Conversation, calls: int) -> None:
    """Until so many calls are held in these conversations together."""
    async with asyncio.timeout(20):
        while sum(slow(room).now[each.id] for each in where) < calls:  # noqa: ASYNC110 (the store has no events)
            await asyncio.sleep(0)


async def storm_at_the_desk(room: Mailroom) -> None:
    """More incidents than it is sent at once; all that it is sent is under way before the first answer."""
    await storm(room, ABREAST + 20, DESK)
    delivering = asyncio.create_task(room.deliverer.deliver())
    await busy(room, DESK, calls=ABREAST)
    slow(room).gate.set()
    await delivering


async def behind(room: Mailroom) -> int:
    async with room.store.look() as tx:
        return await tx.outbox.behind()


async def test_a_webhook_hears_of_many_incidents_at_once_and_teams_and_a_mailbox_of_one(room: Mailroom) -> None:
    await storm(room, ABREAST + 8, DESK, BOX, CHANNEL)
    delivering = asyncio.create_task(room.deliverer.deliver())
    await busy(room, DESK, calls=ABREAST)
    await busy(room, BOX, CHANNEL, calls=2)
    slow(room).gate.set()
    await delivering
    await room.rest(minutes=10)
    assert slow(room).most == {DESK.id: ABREAST, BOX.id: 1, CHANNEL.id: 1}
    wanted = sorted(slow(room).titles(CHANNEL))
    assert len(set(wanted)) == len(wanted) == ABREAST + 8
    assert sorted(slow(room).titles(DESK)) == sorted(slow(room).titles(BOX)) == wanted
    assert await behind(room) == 0


async def test_a_call_that_hangs_holds_up_what_is_about_its_incident_and_nothing_else(room: Mailroom) -> None:
    (first,) = await storm(room, 1, DESK)
    await room.deliverer.look()
    await busy(room, DESK, calls=1)
    await change(room, [first])
    await room.happens("Another", DESK)
    room.now.forward(seconds=5)
    await room.deliverer.look()
    await busy(room, DESK, calls=2)
    assert slow(room).titles(DESK) == ["Trouble 000", "Another"]
    slow(room).gate.set()
    await room.rest(seconds=10)
    assert slow(room).titles(DESK) == ["Trouble 000", "Another", "Trouble 000"]


async def test_a_conversation_that_has_enough_under_way_is_not_looked_into(room: Mailroom) -> None:
    await storm(room, ABREAST, DESK)
    assert (await room.deliverer.look()).begun == ABREAST
    await room.happens("One more", DESK)
    await room.happens("Elsewhere", OTHER_DESK)
    assert (await room.deliverer.look()).begun == 1
    slow(room).gate.set()
    await room.rest(seconds=10)
    assert await behind(room) == 0


async def test_a_report_that_is_put_off_stops_no_incident_and_no_other_report(room: Mailroom) -> None:
    slow(room).gate.set()
    slow(room).answer = lambda message: TryLater("busy") if message.summary == "Week 1" else None
    async with room.store.begin() as tx:
        for week in ("Week 1", "Week 2"):
            await tx.outbox.add_post(DESK.id, week, {}, week, week)
    await room.rest()
    await room.happens("Trouble", DESK)
    await room.rest()
    assert slow(room).titles(DESK) == ["Week 1", "Week 2", "Trouble"]
    slow(room).answer = lambda message: None
    await room.rest(seconds=10)
    assert slow(room).titles(DESK) == ["Week 1", "Week 2", "Trouble", "Week 1"]


async def test_a_webhook_that_is_closed_for_good_is_sent_nothing_more(room: Mailroom) -> None:
    slow(room).answer = lambda message: Undeliverable("410", gone=True)
    await storm_at_the_desk(room)
    await room.rest(minutes=10)
    assert len(slow(room).calls) == ABREAST
    async with room.store.look() as tx:
        known = await tx.conversations.get(DESK.id)
        assert known is not None
        assert not known.active
    assert await behind(room) == 20  # for the day on which it is opened again


async def test_a_webhook_that_asks_to_wait_is_left_alone_as_a_whole(room: Mailroom) -> None:
    waits = [TryLater("429", after=30.0)]
    slow(room).answer = lambda message: waits.pop() if waits else None
    await storm_at_the_desk(room)
    await room.rest(seconds=25)
    assert len(slow(room).calls) == ABREAST
    await room.rest(seconds=20)
    assert Counter(slow(room).titles(DESK)).total() == ABREAST + 21
    assert await behind(room) == 0


async def test_many_that_wait_hide_nothing_that_is_behind_them(room: Mailroom) -> None:
    slow(room).gate.set()
    incidents = await storm(room, 140, DESK)
    await room.rest(seconds=30)
    slow(room).answer = lambda message: TryLater("busy") if message.summary.startswith("Trouble") else None
    await change(room, incidents)
    async with room.store.begin() as tx:
        for each in incidents:
            await tx.outbox.add_note(each.number, "Still there")
    for _ in range(4):
        await room.deliverer.deliver()
    before = len(slow(room).calls)
    last = await room.happens("Elsewhere", CHANNEL, notes=["A note"])
    await room.deliverer.deliver()
    await room.deliverer.deliver()
    assert slow(room).calls[before:] == [(CHANNEL.id, last.alert.title)] * 2


@pytest.mark.parametrize(
    ("many", "one"),
    [(ConversationKind.PERSONAL, ConversationKind.WEBHOOK), (ConversationKind.EMAIL, ConversationKind.CHANNEL)],
)
async def test_what_goes_to_hundreds_of_people_holds_up_nothing_on_the_other_side_of_teams(
    room: Mailroom, many: ConversationKind, one: ConversationKind
) -> None:
    crowd, page = [place(f"someone {number}", many) for number in range(200)], place("page", one)
    await room.open(*crowd, page)
    await room.happens("News for everybody", *crowd)
    await room.happens("A page", page)
    await room.deliverer.look()
    await busy(room, page, calls=1)
    await busy(room, *crowd, calls=AT_ONCE)
    slow(room).gate.set()
    await room.rest(minutes=1)
    assert sorted(slow(room).calls) == sorted(
        [(each.id, "News for everybody") for each in crowd] + [(page.id, "A page")]
    )


async def test_what_comes_while_there_is_no_room_for_more_people_reaches_a_webhook_within_a_second(
    room: Mailroom,
) -> None:
    crowd = [place(f"someone {number}", ConversationKind.PERSONAL) for number in range(200)]
    await room.open(*crowd)
    await room.happens("News for everybody", *crowd)
    await room.deliverer.look()
    await busy(room, *crowd, calls=AT_ONCE)
    await room.happens("A page", DESK)
    room.now.forward(seconds=1)
    assert (await room.deliverer.look()).begun == 1
    await busy(room, DESK, calls=1)
    slow(room).gate.set()
    await room.rest(minutes=1)
    assert await behind(room) == 0
