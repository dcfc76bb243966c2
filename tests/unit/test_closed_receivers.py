"""What waits for a receiver that is closed is told everywhere; an operator opens what Teams has not closed, and it all arrives."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model import Conversation, ConversationKind, Grade, Incident, State
from bot.places import BY_HAND
from bot.ports import Answer
from tests.support.mailroom import place
from tests.support.owing import Owing, owing
from tests.support.talk import Talk, buttons, shown

CHANNEL, CHAT = place("general"), place("ada", ConversationKind.PERSONAL)
DESK, MAIL = place("desk", ConversationKind.WEBHOOK), place("iam", ConversationKind.EMAIL)
OUTSIDE = pytest.mark.parametrize("there", [DESK, MAIL], ids=["webhook", "mail"])


@pytest.fixture
async def room(database_url: str) -> AsyncIterator[Owing]:
    async with owing(database_url) as opened:
        await opened.mail.open(CHANNEL, CHAT, DESK, MAIL)
        yield opened


@pytest.fixture
async def lone(tmp_path: Path) -> AsyncIterator[Owing]:
    """The same on SQLite alone, for what no other database does in another way."""
    async with owing(f"sqlite:///{tmp_path / 'bot.db'}") as opened:
        await opened.mail.open(CHANNEL, CHAT, DESK, MAIL)
        yield opened


def talk_in(room: Owing) -> Talk:
    return Talk(room.store, [], now=room.now)


async def confirmed(talk: Talk, question: Answer) -> str:
    """What is answered to whoever says yes."""
    yes = next(each for each in buttons(question).values() if each[0] == "confirm")
    return shown(await talk.press(*yes))


async def closes(room: Owing, there: Conversation, *, waiting: int) -> list[Incident]:
    """One card is refused there, and others that stand wait to be brought up to date."""
    stand = [await room.mail.happens(f"Standing {number}", there) for number in range(waiting)]
    await room.mail.rest(minutes=1)
    room.receiver.closed.add(there.id)
    await room.mail.happens("Refused", there)
    await room.mail.rest()
    return [await room.change(each) for each in stand]


# --- Told of ----------------------------------------------------------------------------------------------------------


@OUTSIDE
async def test_what_waits_for_a_webhook_or_an_address_that_is_closed_is_told_by_all(
    room: Owing, there: Conversation
) -> None:
    talk = talk_in(room)
    await closes(room, there, waiting=3)
    await room.mail.rest(minutes=20)
    assert await room.given_up() == ["c4"]
    assert (await room.counted("closed"), await room.counted("waiting")) == (3, 0)
    fault, waits = [said for grade, said in await room.diagnosed() if grade is Grade.FAULT]
    assert "1 card given up" in fault
    assert waits.startswith("3 deliveries wait for ")
    assert BY_HAND in waits
    listed = shown(await talk.say("undelivered"))
    assert "1 delivery was given up, 3 wait for a receiver that is closed." in listed
    assert BY_HAND in listed
    assert BY_HAND in shown(await talk.say("routes"))


async def test_a_receiver_that_is_closed_is_counted_also_where_nothing_waits_for_it(lone: Owing) -> None:
    unnamed = place("unnamed", ConversationKind.WEBHOOK)
    async with lone.store.begin() as tx:
        await tx.conversations.save(unnamed)
        for each in (DESK, unnamed):
            await tx.conversations.close(each.id, "It answered 410 Gone")
    assert (await lone.counted("closed"), await lone.shut("webhook"), await lone.shut("email")) == (0, 1, 0)
    async with lone.store.begin() as tx:
        await tx.conversations.save(DESK)
    assert await lone.shut("webhook") == 0, "where no route leads, nobody misses anything"


async def test_who_was_told_has_a_line_for_a_receiver_that_was_passed_over_because_it_is_closed(lone: Owing) -> None:
    talk = talk_in(lone)
    await closes(lone, DESK, waiting=0)
    at = f"{lone.now():%H:%M}"
    await lone.mail.rest(minutes=20)
    async with lone.store.begin() as tx:
        await tx.conversations.close(CHAT.id, "The app was removed from here.")
        await tx.conversations.close(MAIL.id, "It answered 550")
    missed = await lone.mail.happens("Missed", CHANNEL)
    await lone.mail.rest(minutes=1)
    told = shown(await talk.say(f"who was told {missed.number}"))
    assert "4 receivers; 3 of them are closed to the bot." in told
    assert f"webhook desk Route 3 (every incident) Closed to the bot since {at} UTC (21 min ago): " in told
    assert "mail to iam@contoso.com Route 4 (every incident) Closed to the bot: It answered 550." in told
    await lone.change(missed, state=State.RESOLVED, resolved_at=lone.now())
    assert "webhook desk" not in shown(await talk.say(f"who was told {missed.number}"))


async def test_what_a_closed_receiver_keeps_waiting_holds_up_no_heartbeat(lone: Owing) -> None:
    await closes(lone, DESK, waiting=2)
    lone.now.forward(hours=3)
    assert await lone.beats()
    async with lone.store.look() as tx:
        assert await tx.owing.oldest(lone.now()) == ()
        assert await tx.owing.late(lone.now()) == []


async def test_what_a_person_has_removed_is_theirs_to_bring_back_and_no_fault(lone: Owing) -> None:
    talk = talk_in(lone)
    await closes(lone, CHAT, waiting=2)
    (waits,) = [said for grade, said in await lone.diagnosed() if grade is Grade.NOTE]
    assert waits.startswith("2 deliveries wait for ")
    assert BY_HAND not in waits
    assert BY_HAND not in shown(await talk.say("undelivered"))


async def test_it_is_forgotten_with_an_incident_that_is_long_over(room: Owing) -> None:
    first, _ = await closes(room, CHAT, waiting=2)
    await room.change(first, state=State.RESOLVED, resolved_at=room.now())
    async with room.store.begin() as tx:
        await tx.outbox.add_post(CHAT.id, "week", {}, "The week", "week", since=room.now())
    assert await room.counted("closed") == 3
    async with room.store.begin() as tx:
        await tx.owing.prune(room.now() + timedelta(minutes=1))
    assert await room.counted("closed") == 1


async def test_each_receiver_is_counted_by_itself_the_one_that_waits_for_longest_first(room: Owing) -> None:
    room.receiver.down |= {DESK.id, MAIL.id}
    await room.mail.happens("Trouble", MAIL)
    await room.mail.rest(minutes=6)
    before = room.now()
    await room.mail.happens("More", MAIL, DESK)
    async with room.store.look() as tx:
        mail, desk = await tx.owing.backlogs(before)
    assert (mail.conversation.id, mail.count, mail.late) == (MAIL.id, 2, 1)
    assert (desk.conversation.id, desk.count, desk.late) == (DESK.id, 1, 0)
    assert (mail.since, desk.since) == (before - timedelta(minutes=6), before)
    assert mail.attempts > desk.attempts == 0


# --- On its way, and late -----------------------------------------------------------------------------------------------


async def test_what_is_on_its_way_is_counted_alike_by_all(lone: Owing) -> None:
    talk = talk_in(lone)
    lone.receiver.down |= {DESK.id, MAIL.id}
    await lone.mail.happens("Trouble", DESK, MAIL)
    await lone.mail.happens("More", DESK)
    await lone.mail.rest(minutes=1)
    assert await lone.counted("waiting") == 3
    ((grade, said),) = await lone.diagnosed()
    assert grade is Grade.NOTE
    assert said.startswith("3 deliveries are on their way: ")
    assert "webhook desk (2)" in said
    assert "3 deliveries are on their way, none for longer than 5 minutes." in shown(await talk.say("undelivered"))
    await lone.mail.rest(minutes=5)
    assert "3 wait for more than 5 minutes." in shown(await talk.say("undelivered"))


async def test_the_doctor_names_what_is_down_and_blames_teams_for_nothing_else(lone: Owing) -> None:
    lone.receiver.down |= {DESK.id, MAIL.id}
    await lone.mail.happens("Trouble", DESK, MAIL)
    await lone.mail.happens("More", DESK)
    await lone.mail.rest(minutes=7)
    told = dict(sorted((said, grade) for grade, said in await lone.diagnosed()))
    mail, desk = told
    assert set(told.values()) == {Grade.FAULT}
    assert mail.startswith("1 delivery waits for mail to iam@contoso.com, for 7 min by now, after ")
    assert "see whether the mail server works and can be reached from here" in mail
    assert desk.startswith("2 deliveries wait for webhook desk, the oldest for 7 min by now, after ")
    assert "see whether it works and can be reached from here" in desk
    lone.receiver.down = {CHANNEL.id}
    await lone.mail.happens("In Teams", CHANNEL)
    await lone.mail.rest(minutes=12)
    ((_, said),) = await lone.diagnosed()
    assert "see whether Teams can be reached from here" in said


# --- Opened again -------------------------------------------------------------------------------------------------------


@OUTSIDE
async def test_an_operator_who_tries_again_opens_it_and_everything_arrives_once(
    room: Owing, there: Conversation
) -> None:
    talk = talk_in(room)
    await closes(room, there, waiting=3)
    missed = await room.mail.happens("Missed meanwhile", CHANNEL)
    room.receiver.closed.clear()
    question = await talk.say("undelivered retry all")
    assert "Opens again: " in shown(question)
    assert "3 deliveries that wait there are sent, too." in shown(question)
    assert "Opened again" not in shown(question), "nothing has been done yet"
    assert "Opened again" in await confirmed(talk, question)
    await room.mail.rest(minutes=1)
    assert len(room.receiver.said[there.id]) == 5, "three that stood, the one that was refused, and what it missed"
    async with room.store.look() as tx:
        assert {each.id: shows for each, shows in await tx.owing.places(missed.number)}[there.id] == 1
        assert await tx.owing.all() == ()
    assert "Everything has been delivered." in shown(await talk.say("undelivered"))


async def test_a_receiver_that_is_closed_still_takes_one_try_and_is_told_of_as_before(lone: Owing) -> None:
    talk = talk_in(lone)
    await closes(lone, DESK, waiting=3)
    await confirmed(talk, await talk.say("undelivered retry all"))
    await lone.mail.rest(minutes=1)
    assert len(await lone.given_up()) + await lone.counted("closed") == 4
    assert await lone.counted("dead") > 0


async def test_one_delivery_that_is_tried_opens_its_webhook(lone: Owing) -> None:
    talk = talk_in(lone)
    await closes(lone, DESK, waiting=1)
    await closes(lone, MAIL, waiting=1)
    lone.receiver.closed.clear()
    await confirmed(talk, await talk.say("undelivered retry c2"))
    await lone.mail.rest(minutes=1)
    assert (await lone.given_up(), await lone.counted("closed")) == (["c4"], 1)


async def test_what_teams_has_closed_stays_given_up_and_the_answer_says_why(lone: Owing) -> None:
    talk = talk_in(lone)
    await closes(lone, CHAT, waiting=0)
    await closes(lone, DESK, waiting=0)
    lone.receiver.closed.discard(DESK.id)
    said = await confirmed(talk, await talk.say("undelivered retry all"))
    assert "1 delivery stays given up (c1), because Teams does not let the bot speak there" in said
    await lone.mail.rest(minutes=1)
    assert await lone.given_up() == ["c1"]


async def test_where_teams_has_closed_everything_nothing_is_asked_and_nothing_offered(lone: Owing) -> None:
    talk = talk_in(lone)
    await closes(lone, CHAT, waiting=1)
    assert "c2 cannot be tried from here: " in shown(await talk.say("undelivered retry c2"))
    assert "because Teams does not let the bot speak there" in shown(await talk.say("undelivered retry all"))
    assert "Try all again" not in buttons(await talk.say("undelivered"))
    assert await lone.given_up() == ["c2"]


async def test_where_nothing_was_given_up_what_waits_for_a_closed_webhook_can_be_tried_all_the_same(
    lone: Owing,
) -> None:
    talk = talk_in(lone)
    stands = await lone.mail.happens("Trouble", DESK)
    await lone.mail.rest(minutes=1)
    async with lone.store.begin() as tx:
        await tx.conversations.close(DESK.id, "The webhook desk answered 410")
    await lone.change(stands)
    question = await talk.press(*buttons(await talk.say("undelivered"))["Try all again"])
    assert "1 delivery that waits there is sent, too." in shown(question)
    await confirmed(talk, question)
    await lone.mail.rest(minutes=1)
    async with lone.store.look() as tx:
        assert [shows for _, shows in await tx.owing.places(stands.number)] == [2]
