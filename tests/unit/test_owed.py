"""Since when something is owed, what is owed no more, and that nothing which was given up is forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot import holding
from bot.absences import Absences
from bot.given_up import who_hears
from bot.model import ConversationKind, DeliveryKind, Grade, Pulse, State
from bot.model.routes import WebhookKind
from bot.model.telling import Ended, Telling
from bot.routing import Book
from tests.support.mailroom import place
from tests.support.make import NOON
from tests.support.owing import Owing, owing

CHANNEL, CHAT = place("general"), place("ada", ConversationKind.PERSONAL)
DESK, PAGER = place("desk", ConversationKind.WEBHOOK), place("pager", ConversationKind.WEBHOOK)


@pytest.fixture
async def room(database_url: str) -> AsyncIterator[Owing]:
    async with owing(database_url) as opened:
        await opened.mail.open(CHANNEL, CHAT)
        yield opened


# --- Since when --------------------------------------------------------------------------------------------------------


async def test_a_webhook_that_is_new_and_down_is_owed_an_old_incident_from_now_on(room: Owing) -> None:
    await room.mail.happens("Trouble")
    room.now.forward(minutes=12)
    room.receiver.down.add(DESK.id)
    await room.arrange(desk=WebhookKind.GENERIC)
    await room.mail.rest(minutes=4)
    assert room.receiver.calls > 1
    assert await room.beats()
    assert [grade for grade, _ in await room.diagnosed()] == [Grade.NOTE]
    async with room.store.look() as tx:
        assert await tx.owing.late(room.now() - timedelta(minutes=5)) == []
    await room.mail.rest(minutes=7)
    assert not await room.beats(), "it is overdue once it has waited for too long itself"
    ((grade, said),) = await room.diagnosed()
    assert (grade, said[:53]) == (Grade.FAULT, "1 delivery waits for webhook desk, for 11 min by now,")


async def test_a_note_is_owed_since_it_was_said_and_not_since_the_incident_changed(room: Owing) -> None:
    incident = await room.mail.happens("Trouble", CHANNEL)
    await room.mail.rest(minutes=1)
    room.now.forward(hours=4)
    room.receiver.down.add(CHANNEL.id)
    async with room.store.begin() as tx:
        await holding.say(tx, incident, "Nobody has taken it", room.now())
    await room.mail.rest(seconds=10)
    assert room.receiver.calls > 0
    assert await room.beats()


async def test_what_is_tried_again_by_hand_is_owed_since_then(room: Owing) -> None:
    await room.mail.happens("Trouble", CHAT)
    room.receiver.closed.add(CHAT.id)
    await room.mail.rest()
    room.now.forward(minutes=30)
    async with room.store.begin() as tx:
        await tx.owing.try_again(await tx.owing.dead(), room.now())
        await tx.conversations.save(CHAT)
        (waits,) = await tx.owing.oldest(room.now())
    assert waits.since == room.now()


async def test_what_waited_for_a_conversation_to_open_is_owed_since_it_did(room: Owing) -> None:
    await room.mail.happens("Trouble", CHAT)
    async with room.store.begin() as tx:
        await tx.conversations.close(CHAT.id)
    room.now.forward(minutes=30)
    await room.opens(CHAT)
    assert await room.beats()


# --- Who takes no reports ----------------------------------------------------------------------------------------------


async def test_what_is_about_no_incident_is_not_owed_where_each_message_is_a_page_or_a_ticket(room: Owing) -> None:
    routes = await room.arrange(desk=WebhookKind.GENERIC, pager=WebhookKind.PAGERDUTY, tickets=WebhookKind.SERVICENOW)
    absences = Absences(store=room.store, now=room.now, longest=timedelta(minutes=5), routes=routes)
    async with room.store.begin() as tx:
        await tx.pulse.save(Pulse(at=room.now(), since=room.now() - timedelta(hours=1), until=room.now()))
        assert await absences.ended(tx, read_all=True)
        owed = {each.conversation.id for each in await tx.outbox.due(room.now())}
    assert owed == {CHANNEL.id, CHAT.id, DESK.id}


async def test_what_was_given_up_is_told_to_no_fallback_that_takes_no_reports() -> None:
    lost = Telling(id=1, incident=0, conversation_id="x", at=NOON, what=DeliveryKind.CARD, ended=Ended.GIVEN_UP)
    known = {each.id: each for each in (DESK, PAGER)}
    book = Book(fallback=(PAGER.id, DESK.id), conversations=known, no_reports=frozenset({PAGER.id}))
    assert list(who_hears([lost], {}, book)) == [DESK.id]


async def test_a_report_that_lies_there_already_is_owed_no_more_once_the_file_is_read(room: Owing) -> None:
    await room.arrange(pager=WebhookKind.GENERIC, desk=WebhookKind.GENERIC)
    room.receiver.closed |= {PAGER.id, DESK.id}
    async with room.store.begin() as tx:
        for each in (PAGER, DESK):
            await tx.outbox.add_post(each.id, "week", {}, "The week", "week", since=room.now())
    await room.mail.rest()
    assert await room.given_up() == ["p1", "p2"]
    await room.arrange(pager=WebhookKind.PAGERDUTY, desk=WebhookKind.GENERIC)
    assert await room.given_up() == ["p2"]


# --- What was given up -------------------------------------------------------------------------------------------------


async def test_what_was_given_up_is_counted_where_it_is_listed_also_once_it_is_over(room: Owing) -> None:
    room.receiver.closed.add(CHAT.id)
    incident = await room.mail.happens("Trouble", CHAT, CHANNEL)
    await room.mail.rest()
    assert await room.given_up() == ["c1"]
    await room.change(incident, state=State.RESOLVED, resolved_at=room.now())
    await room.mail.rest(minutes=1)
    assert await room.given_up() == ["c1"]


async def test_no_change_of_the_incident_takes_it_from_the_list_and_it_is_delivered_once_that_opens(
    room: Owing,
) -> None:
    room.receiver.closed.add(CHAT.id)
    incident = await room.mail.happens("Trouble", CHAT)
    await room.mail.rest()
    for _ in range(3):
        incident = await room.change(incident)
        async with room.store.begin() as tx:
            await tx.outbox.want_card(incident.number, CHAT.id, incident.revision)
        await room.mail.rest(minutes=1)
        assert await room.given_up() == ["c1"]
    await room.opens(CHAT)
    await room.mail.rest()
    assert len(room.receiver.said[CHAT.id]) == 1
    assert await room.given_up() == []


async def test_a_card_that_stands_shows_the_end_that_it_missed_once_its_conversation_opens(room: Owing) -> None:
    incident = await room.mail.happens("Trouble", CHAT)
    await room.mail.rest(minutes=1)
    room.receiver.closed.add(CHAT.id)
    incident = await room.change(incident)
    await room.mail.rest(minutes=1)
    await room.change(incident, state=State.RESOLVED, resolved_at=room.now())
    await room.opens(CHAT)
    await room.mail.rest()
    assert await room.given_up() == []
    async with room.store.look() as tx:
        assert [shown for _, shown in await tx.owing.places(incident.number)] == [3]


async def test_it_is_forgotten_with_an_incident_that_is_long_over_and_a_report_with_its_age(room: Owing) -> None:
    room.receiver.closed |= {CHAT.id, CHANNEL.id, DESK.id}
    await room.arrange(desk=WebhookKind.GENERIC)
    lasting, over = await room.mail.happens("Trouble", CHAT), await room.mail.happens("More", CHANNEL)
    async with room.store.begin() as tx:
        await tx.outbox.add_post(DESK.id, "week", {}, "The week", "week", since=room.now())
    await room.mail.rest()
    await room.change(over, state=State.RESOLVED, resolved_at=room.now())
    assert await room.given_up() == ["c1", "c2", "p1"]
    async with room.store.begin() as tx:
        await tx.owing.prune(NOON)
    assert await room.given_up() == ["c1", "c2", "p1"]
    async with room.store.begin() as tx:
        await tx.owing.prune(room.now() + timedelta(minutes=1))
    assert (await room.given_up(), lasting.open) == (["c1"], True)


# --- Tried again -------------------------------------------------------------------------------------------------------


async def test_an_incident_that_changes_all_the_time_does_not_begin_its_attempts_anew(room: Owing) -> None:
    incident = await room.mail.happens("Trouble", CHANNEL)
    await room.mail.rest(seconds=4, step=1)
    room.receiver.down.add(CHANNEL.id)
    for _ in range(62):
        incident = await room.change(incident)
        await room.mail.rest(seconds=1, step=1)
    assert room.receiver.calls == 6, "at once, and after 2, 6, 14, 30 and 62 seconds"
    async with room.store.look() as tx:
        (waits,) = await tx.owing.put_off()
    assert waits.attempts == 6
    room.receiver.down.clear()
    await room.mail.rest(minutes=2)
    incident = await room.change(incident)
    async with room.store.look() as tx:
        assert [each.attempts for each in await tx.outbox.due(room.now())] == [0]
