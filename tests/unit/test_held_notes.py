"""Notes that still wait to be sent when somebody's quiet begins: they wait for the digest, and nothing is told twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import time, timedelta

import pytest
from msgspec.structs import replace

from bot import holding
from bot.model import Conversation, ConversationKind, Incident, Person, Posted, Severity
from bot.model.held import Preferences, QuietHours
from bot.ports import Message
from bot.reminders import gaps
from bot.routes import Routes
from bot.timekeeping import Timekeeper
from tests.support.fakes import MemoryMessenger
from tests.support.mailroom import Mailroom, mailroom, place
from tests.support.make import ADA
from tests.support.talk import texts

CHAT = replace(place("ada", ConversationKind.PERSONAL), id="a:ada", user_id=ADA.id)
HERE = place("here")


@pytest.fixture
async def room(database_url: str) -> AsyncIterator[Mailroom]:
    async with mailroom(database_url) as made:
        await made.open(CHAT, HERE)
        yield made


async def known(room: Mailroom) -> Incident:
    """An incident of high severity whose card stands in both places."""
    found = await room.happens("Trouble", CHAT, HERE)
    await room.rest()
    return found


async def noted(room: Mailroom, about: Incident, text: str, mention: Person | None = None) -> None:
    """News of it, written down and not sent yet."""
    async with room.store.begin() as tx:
        await holding.say(tx, about, text, room.now(), mention=mention)


async def mute(room: Mailroom, **more: object) -> None:
    until = room.now() + timedelta(hours=1)
    wishes = Preferences(person_id=ADA.id, muted_until=until, **more)  # pyright: ignore[reportArgumentType]
    async with room.store.begin() as tx:
        await tx.wishes.save(wishes)


async def look_at_the_clock(room: Mailroom) -> None:
    keeper = Timekeeper(store=room.store, now=room.now, wake=lambda: None, routes=Routes(), schedule=gaps("off"))
    await keeper.tick()


async def tick(room: Mailroom) -> None:
    """The clock is looked at, and what is due is sent."""
    await look_at_the_clock(room)
    await room.rest()


class Slow(MemoryMessenger):
    """While it sends the first note, something else happens."""

    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def note(self, conversation: Conversation, posted: Posted, text: str, message: Message) -> None:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        await super().note(conversation, posted, text, message)


def heard(room: Mailroom, at: str) -> list[str]:
    receiver = room.receiver
    assert isinstance(receiver, MemoryMessenger)
    return [each.text or " ".join(texts(each.card)) for each in receiver.said.get(at, [])]


async def test_a_note_that_was_not_sent_before_the_quiet_waits_for_the_digest(room: Mailroom) -> None:
    trouble = await known(room)
    await noted(room, trouble, "It is worse now.")
    await mute(room)
    await tick(room)
    assert "It is worse now." in heard(room, HERE.id)
    assert len(heard(room, CHAT.id)) == 1, "the card alone, which stood there before"
    room.now.forward(hours=1, seconds=1)
    await tick(room)
    await tick(room)
    (_, digest) = heard(room, CHAT.id)
    assert "While you were muted" in digest
    assert "I held back what happened to 1 incident after its card came: 1 still open" in digest
    assert "told you nothing" not in digest
    assert f"#{trouble.number}" in digest


async def test_who_is_called_by_name_hears_it(room: Mailroom) -> None:
    trouble = await known(room)
    await noted(room, trouble, "Ada Admin is on call and is asked now.", mention=ADA)
    await mute(room)
    await tick(room)
    assert "Ada Admin is on call and is asked now." in heard(room, CHAT.id)


async def test_what_is_excepted_is_told_all_the_same(room: Mailroom) -> None:
    await noted(room, await known(room), "It is worse now.")
    await mute(room, quiet=QuietHours(begins=time(22), ends=time(7), but=Severity.HIGH))
    await tick(room)
    assert "It is worse now." in heard(room, CHAT.id)


async def test_a_note_that_may_have_arrived_is_not_taken_back(room: Mailroom) -> None:
    receiver = room.receiver
    assert isinstance(receiver, MemoryMessenger)
    trouble = await known(room)
    await noted(room, trouble, "It is worse now.")
    receiver.lost = 2
    await room.rest()
    await mute(room)
    await tick(room)
    await room.rest(minutes=1)
    assert heard(room, CHAT.id).count("It is worse now.") == 1


async def test_a_note_that_is_next_when_the_quiet_begins_is_not_sent_and_told_in_the_digest_as_well(
    database_url: str,
) -> None:
    slow = Slow()
    async with mailroom(database_url, slow) as room:
        await room.open(CHAT)
        trouble = await room.happens("Trouble", CHAT)
        await room.rest()
        await noted(room, trouble, "It is worse now.")
        await noted(room, trouble, "It is worse still.")

        async def meanwhile() -> None:
            await mute(room)
            await look_at_the_clock(room)

        slow.meanwhile = meanwhile
        await room.rest()
        assert heard(room, CHAT.id)[1:] == ["It is worse now."], "the next one was due and is withdrawn"
        room.now.forward(hours=1, seconds=1)
        await tick(room)
        await tick(room)
        assert len(heard(room, CHAT.id)) == 3
        assert "While you were muted" in heard(room, CHAT.id)[2]
