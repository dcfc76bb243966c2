"""Too much at once: twenty cards, and one digest that lives on, whatever happens to it on its way."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from bot import holding, withheld
from bot.model import Alert, Conversation, ConversationKind, Incident, Posted, Severity, State
from bot.ports import Message
from bot.storms import DIGEST
from tests.support.fakes import MemoryMessenger, Said
from tests.support.mailroom import Mailroom, mailroom, place
from tests.support.make import evidence
from tests.support.talk import texts

HERE = place("here")


class Clocked(MemoryMessenger):
    """Remembers when each message was sent."""

    def __init__(self, room: list[Mailroom]) -> None:
        super().__init__()
        self.room, self.times = room, list[datetime]()

    async def post(self, conversation: Conversation, message: Message) -> Posted:
        self.times.append(self.room[0].now())
        return await super().post(conversation, message)

    async def update(self, conversation: Conversation, posted: Posted, message: Message) -> None:
        self.times.append(self.room[0].now())
        await super().update(conversation, posted, message)


@pytest.fixture
async def room(database_url: str) -> AsyncIterator[Mailroom]:
    rooms = list[Mailroom]()
    async with mailroom(database_url, Clocked(rooms)) as made:
        rooms.append(made)
        await made.open(HERE)
        yield made


async def storm(
    room: Mailroom, count: int, *places: Conversation, severity: Severity = Severity.MEDIUM
) -> list[Incident]:
    """So many incidents in one look."""
    found: list[Incident] = []
    async with room.store.begin() as tx:
        for at in range(count):
            alert = Alert(
                title=f"Trouble {at}", detail="It hurts.", severity=severity, rule="r", key=f"{room.now()}{at}"
            )
            new = Incident(number=0, alert=alert, evidence=evidence(), opened_at=room.now(), changed_at=room.now())
            found.append(await tx.incidents.save(new))
            await holding.show(tx, found[-1], places or [HERE], room.now())
    return found


async def look(room: Mailroom, *, seconds: float = 0) -> None:
    """Time passes, and what is due by then is told."""
    room.now.forward(seconds=seconds)
    async with room.store.begin() as tx:
        await withheld.tell_due(tx, room.now())
    await room.rest()


def digests(room: Mailroom, at: Conversation = HERE) -> list[Said]:
    receiver = room.receiver
    assert isinstance(receiver, MemoryMessenger)
    cards = [each for each in receiver.said.get(at.id, []) if each.card is not None]
    return [each for each in cards if "Too much at once" in " ".join(texts(each.card))]


def told(said: Sequence[Said]) -> list[str]:
    return [" ".join(texts(each.card)) for each in said]


async def test_beyond_twenty_cards_a_minute_there_is_one_digest_and_what_is_critical_has_its_card(
    room: Mailroom,
) -> None:
    await storm(room, 200)
    await storm(room, 3, severity=Severity.CRITICAL)
    await look(room)
    receiver = room.receiver
    assert isinstance(receiver, Clocked)
    assert len(receiver.said[HERE.id]) == 20 + 3 + 1
    assert "180 still open" in told(digests(room))[0]
    assert len(receiver.times) <= 60


async def test_the_digest_tells_cards_that_did_not_come_from_news_of_those_that_did(room: Mailroom) -> None:
    early = await storm(room, 2)
    await look(room)
    room.now.forward(minutes=2)
    await storm(room, 20)
    async with room.store.begin() as tx:
        for each in early:
            await holding.say(tx, each, "It is worse now.", room.now())
    await look(room)
    (said,) = told(digests(room))
    assert "read one by one, so I held back what happened to 2 incidents after their cards came: 2 still open" in said
    await storm(room, 3)
    await look(room, seconds=61)
    mixed = "3 incidents came without a card, and I held back what happened to 2 more incidents after their cards"
    assert mixed in told(digests(room))[0]


async def test_the_digest_grows_at_most_once_a_minute_and_shows_what_became_of_it(room: Mailroom) -> None:
    await storm(room, 30)
    await look(room)
    (before,) = digests(room)
    await storm(room, 5)
    await look(room, seconds=20)
    assert "10 still open" in told(digests(room))[0]
    await look(room, seconds=45)
    assert "15 still open" in told(digests(room))[0]
    async with room.store.begin() as tx:
        for each in await tx.incidents.open():
            gone = replace(each, state=State.RESOLVED, resolved_at=room.now(), changed_at=room.now())
            await tx.incidents.save(gone)
    await look(room, seconds=61)
    (after,) = digests(room)
    assert "all of them came and went" in told([after])[0]
    assert after.posted == before.posted


async def test_after_ten_minutes_without_anything_new_it_is_another_storm(room: Mailroom) -> None:
    await storm(room, 30)
    await look(room)
    await look(room, seconds=700)
    await storm(room, 30)
    await look(room)
    assert len(digests(room)) == 2


async def test_a_digest_that_somebody_deleted_comes_again_with_what_is_new(room: Mailroom) -> None:
    await storm(room, 30)
    await look(room)
    receiver = room.receiver
    assert isinstance(receiver, MemoryMessenger)
    receiver.delete(HERE, digests(room)[0].posted)
    await look(room, seconds=61)
    await storm(room, 25)
    await look(room, seconds=1)
    await room.rest(seconds=30)
    assert "15 still open" in told(digests(room))[0]


async def test_a_lost_answer_and_a_restart_make_no_second_digest(room: Mailroom) -> None:
    receiver = room.receiver
    assert isinstance(receiver, MemoryMessenger)
    await storm(room, 30)
    await room.rest()
    receiver.lost = 1
    await look(room)
    room.restart()
    await look(room, seconds=30)
    assert len(digests(room)) == 1


async def test_a_webhook_gets_every_incident_and_an_address_of_mail_another_digest_after_ten_minutes(
    room: Mailroom,
) -> None:
    desk, iam = place("desk", ConversationKind.WEBHOOK), place("iam", ConversationKind.EMAIL)
    await room.open(desk, iam)
    await storm(room, 40, desk, iam)
    await look(room)
    receiver = room.receiver
    assert isinstance(receiver, MemoryMessenger)
    assert len(receiver.said[desk.id]) == 40
    assert len(digests(room, iam)) == 1
    await storm(room, 10, desk, iam)
    await look(room, seconds=120)
    assert len(digests(room, iam)) == 1
    await storm(room, 25, iam)
    await look(room, seconds=480)
    assert [each.split(":")[0] for each in told(digests(room, iam))] != []
    async with room.store.look() as tx:
        held = [row for numbers in range(1, 200) for row in await tx.held.of(numbers) if row.conversation_id == iam.id]
    keys = Counter(row.digest for row in held)
    assert all(key.startswith(DIGEST) or not key for key in keys)
    assert len(digests(room, iam)) == 2


async def test_teams_windows_are_not_met_by_a_storm_however_long_it_lasts(room: Mailroom) -> None:
    receiver = room.receiver
    assert isinstance(receiver, Clocked)
    for _ in range(60):
        await storm(room, 5)
        await look(room, seconds=10)
    for span, most in ((timedelta(seconds=30), 60), (timedelta(minutes=1), 1_800 / 60)):
        busiest = max(sum(at <= each < at + span for each in receiver.times) for at in receiver.times)
        assert busiest <= most, (span, busiest)
