"""What was told is kept, with how it ended; what was given up can be seen, is told to others once, and is tried again."""

import re
from collections.abc import AsyncIterator

import pytest

from bot.incidents import moved
from bot.model import Conversation, ConversationKind, Incident, Posted, State
from bot.model.telling import Ended
from bot.notify import edit
from bot.ports import Card, CardGone, Message, TryLater, Undeliverable
from tests.support.fakes import MemoryMessenger, Said
from tests.support.mailroom import Mailroom, mailroom, place
from tests.support.make import BOB
from tests.support.talk import Talk, buttons, shown, texts

ONE, OTHER, THIRD = place("one"), place("other"), place("third")


class Choosy(MemoryMessenger):
    """Refuses some conversations for a reason, without closing them."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: dict[str, str] = {}

    def _check(self, conversation: Conversation, card: Card | None = None) -> None:
        if conversation.id in self.refused:
            raise Undeliverable(self.refused[conversation.id])
        super()._check(conversation, card)


@pytest.fixture
async def room(database_url: str) -> AsyncIterator[Mailroom]:
    async with mailroom(database_url, Choosy()) as opened:
        await opened.open(ONE, OTHER)
        yield opened


def choosy(room: Mailroom) -> Choosy:
    assert isinstance(room.receiver, Choosy)
    return room.receiver


async def ends(room: Mailroom, incident: Incident) -> list[tuple[str, str, str, int]]:
    async with room.store.look() as tx:
        return [
            (each.conversation_id, each.what, each.ended, each.attempts) for each in await tx.told.of(incident.number)
        ]


def said(room: Mailroom, where: Conversation) -> list[Said]:
    return choosy(room).said.get(where.id, [])


def words(one: Said) -> str:
    return " ".join(texts(one.card)) if one.card else one.text


async def standing(room: Mailroom) -> Incident:
    """An incident whose card stands in ONE."""
    incident = await room.happens("Trouble", ONE)
    await room.rest(minutes=1)
    return incident


async def routes_later(room: Mailroom) -> str:
    """What `routes` says a minute later."""
    await room.rest(minutes=1)
    return shown(await Talk(room.store, [], now=room.now).say("routes"))


async def test_each_receiver_is_kept_with_what_it_was_told_and_after_how_many_attempts(room: Mailroom) -> None:
    choosy(room).fails = [TryLater("Teams cannot be reached")]
    incident = await room.happens("Trouble", ONE, notes=["Ada has it"])
    await room.rest(minutes=1)
    assert await ends(room, incident) == [
        (ONE.id, "card", Ended.DELIVERED, 2),
        (ONE.id, "note", Ended.DELIVERED, 1),
    ]


async def test_an_update_of_a_card_is_no_news_for_the_log(room: Mailroom) -> None:
    incident = await standing(room)
    async with room.store.begin() as tx:
        await tx.outbox.refresh(incident.number, 2)
    await room.rest(minutes=1)
    assert len(await ends(room, incident)) == 1


async def test_a_card_that_somebody_deleted_is_told_of_and_posted_anew(room: Mailroom) -> None:
    incident = await standing(room)
    choosy(room).fails = [CardGone("Teams answered 404 ActivityNotFoundInConversation")]
    async with room.store.begin() as tx:
        await tx.outbox.refresh(incident.number, 2)
    await room.rest(minutes=1)
    assert [end for _, _, end, _ in await ends(room, incident)] == [Ended.DELIVERED, Ended.CARD_GONE, Ended.DELIVERED]


async def test_what_is_given_up_is_told_once_to_another_who_hears_of_the_incident(room: Mailroom) -> None:
    choosy(room).refused[ONE.id] = "Teams answered 403 NotEnoughPermissions"
    incident = await room.happens("Trouble", ONE, OTHER)
    await room.rest(minutes=1)
    assert await room.reporter.report() == 1
    assert await room.reporter.report() == 0
    await room.rest(minutes=5)
    card, report = said(room, OTHER)
    assert (
        report.summary == f"The card of #{incident.number} did not reach one: Teams answered 403 NotEnoughPermissions."
    )
    assert "Trouble" in words(card)
    assert said(room, ONE) == []


async def test_a_report_that_cannot_be_delivered_is_not_reported(room: Mailroom) -> None:
    await room.happens("Trouble", ONE)
    choosy(room).refused |= {ONE.id: "No", OTHER.id: "Nor here"}
    await room.rest(minutes=1)
    for _ in range(5):
        await room.reporter.report()
        await room.rest(minutes=1)
    assert said(room, ONE) == said(room, OTHER) == []
    async with room.store.look() as tx:
        assert await tx.told.unreported() == []
        assert [(each.kind, each.dead) for each in await tx.owing.dead()] == [("card", "No"), ("post", "Nor here")]


async def test_many_that_are_given_up_at_once_are_one_report_with_their_number(room: Mailroom) -> None:
    choosy(room).refused[ONE.id] = "No"
    for number in range(40):
        await room.happens(f"Trouble {number}", ONE)
    await room.rest(minutes=5)
    await room.reporter.report()
    await room.rest(minutes=1)
    (report,) = said(room, OTHER)
    assert report.summary == "40 messages did not reach one."
    assert "25 more are in the list" in words(report)


async def test_the_same_refusal_for_the_same_card_is_not_reported_again_the_same_day(room: Mailroom) -> None:
    choosy(room).refused[ONE.id] = "No"
    incident = await room.happens("Trouble", ONE)
    for revision in (2, 3, 4):
        await room.rest(minutes=1)
        await room.reporter.report()
        async with room.store.begin() as tx:
            await tx.outbox.refresh(incident.number, revision)
    await room.rest(minutes=1)
    assert len(said(room, OTHER)) == 1


async def test_nobody_else_to_tell_is_no_fault(room: Mailroom, caplog: pytest.LogCaptureFixture) -> None:
    async with room.store.begin() as tx:
        await tx.conversations.close(OTHER.id)
    choosy(room).refused[ONE.id] = "No"
    await room.happens("Trouble", ONE)
    await room.rest(minutes=1)
    assert await room.reporter.report() == 0
    assert "there is nobody who could be told of what was given up" in caplog.messages


async def test_who_was_told_shows_every_receiver_and_what_waits_and_what_was_given_up(room: Mailroom) -> None:
    talk = Talk(room.store, [], now=room.now)
    async with room.store.begin() as tx:
        await tx.conversations.save(THIRD)
    choosy(room).refused[OTHER.id] = "Teams answered 403 NotEnoughPermissions"
    await room.happens("Trouble", ONE, OTHER, THIRD, notes=["Ada has it"])
    choosy(room).closed.add(THIRD.id)
    await room.rest(minutes=1)
    told = shown(await talk.say("who was told 1"))
    assert "3 receivers" in told
    assert "one Route 1 (every incident) 12:00 UTC: The card was delivered." in told
    assert "12:00 UTC: A note was delivered: Ada has it." in told
    assert "It shows how things are now." in told
    assert "other Route 2 (every incident) 12:00 UTC: The card was given up (c2): Teams answered 403" in told
    assert told.count("NotEnoughPermissions") == 1, "one failure is one line"
    assert "third No route of today leads there 12:00 UTC: The card was given up (c3): Teams answered 403 Bot" in told
    assert told.count("BotNotInConversationRoster") == 1, "why nothing arrives there is said once"
    waiting = await room.happens("More", ONE)
    choosy(room).fails = [TryLater("Teams cannot be reached")] * 4
    await room.rest(seconds=20)
    told = shown(await talk.say(f"who-was-told {waiting.number}"))
    assert "The card waits since 12:01 UTC" in told
    assert re.search(r"after 3 attempts; the next try is in [1-8] s, at 12:01:\d\d UTC\.", told), told


async def test_what_was_given_up_is_listed_and_an_operator_has_it_tried_again(room: Mailroom) -> None:
    talk = Talk(room.store, [], now=room.now)
    choosy(room).refused[ONE.id] = "Teams answered 403 NotEnoughPermissions"
    incident = await room.happens("Trouble", ONE)
    await room.rest(minutes=1)
    listed = await talk.say("undelivered")
    assert "1 delivery was given up." in shown(listed)
    assert "c1  The card of #1 one since 12:00 UTC" in shown(listed)
    assert "Given up: Teams answered 403 NotEnoughPermissions." in shown(listed)
    assert "for operators" in shown(await talk.say("undelivered retry all", by=BOB))
    assert "Try all again" not in buttons(await talk.say("undelivered", by=BOB))
    choosy(room).refused.clear()
    asked = buttons(await talk.press(*buttons(listed)["Try all again"]))
    assert "undelivered retry  was not run" in shown(await talk.press(*asked["Cancel"]))
    assert "undelivered retry  all cancelled" in shown(await talk.say("audit"))
    verb, line = buttons(await talk.press(*buttons(listed)["Try all again"]))["Confirm retry"]
    assert "It is tried again" in shown(await talk.press(verb, line))
    assert talk.delivered == 1
    await room.rest(minutes=1)
    assert len(said(room, ONE)) == 1
    assert [end for _, _, end, _ in await ends(room, incident)] == [Ended.GIVEN_UP, Ended.TAKEN_BACK, Ended.DELIVERED]
    async with room.store.look() as tx:
        assert [(each.command, each.outcome) for each in await tx.people.trail()][:3] == [
            ("undelivered-retry", "done"),
            ("undelivered-retry", "confirmed"),
            ("undelivered-retry", "asked"),
        ]
    assert "Everything has been delivered" in shown(await talk.say("undelivered"))
    assert "Nothing was given up" in shown(await talk.say("undelivered retry all"))


async def test_notes_are_given_up_with_their_card_and_come_back_with_it(room: Mailroom) -> None:
    talk = Talk(room.store, [], now=room.now)
    choosy(room).refused[ONE.id] = "Teams answered 403 NotEnoughPermissions"
    await room.happens("Trouble", ONE, notes=["Ada has it", "It is over"])
    await room.rest(minutes=20)
    async with room.store.look() as tx:
        assert await tx.outbox.behind() == 0
        assert await tx.outbox.next_due() is None
        assert [(each.kind, each.state, each.count) for each in await tx.owing.all()] == [("card", "dead", 1)]
        assert await tx.owing.oldest(room.now()) == ()
    listed = shown(await talk.say("undelivered"))
    assert "1 delivery was given up." in listed
    assert "wait" not in listed
    choosy(room).refused.clear()
    await talk.press(*buttons(await talk.say("undelivered retry c1"))["Confirm retry"])
    await room.rest(minutes=1)
    assert [words(each) for each in said(room, ONE)][1:] == ["Ada has it", "It is over"]


@pytest.mark.parametrize("kind", [ConversationKind.CHANNEL, ConversationKind.WEBHOOK, ConversationKind.EMAIL])
async def test_routes_say_where_what_was_sent_last_was_given_up(room: Mailroom, kind: ConversationKind) -> None:
    desk = place("desk", kind)
    await room.open(desk)
    choosy(room).refused[desk.id] = "it answered 401 Unauthorized"
    await room.happens("Trouble", ONE, desk)
    told = await routes_later(room)
    assert told.count("What was last sent there was given up: it answered 401 Unauthorized.") == 1
    assert "nowhere" not in told, "it is not closed: what comes next may arrive"
    choosy(room).refused.clear()
    await room.happens("More", desk)
    assert "given up" not in await routes_later(room)


async def test_a_card_that_is_brought_up_to_date_ends_what_routes_say_of_a_refused_note(room: Mailroom) -> None:
    incident = await standing(room)
    choosy(room).refused[ONE.id] = "Teams answered 403 NotEnoughPermissions"
    async with room.store.begin() as tx:
        await tx.outbox.add_note(incident.number, "Ada has it")
    refused = "What was last sent there was given up: Teams answered 403 NotEnoughPermissions."
    assert refused in await routes_later(room)
    choosy(room).refused.clear()
    async with room.store.begin() as tx:
        await edit(tx, [moved(incident, room.now())])
    assert "given up" not in await routes_later(room)


async def test_who_began_to_listen_when_it_was_over_is_not_among_those_who_were_told(room: Mailroom) -> None:
    talk, incident = Talk(room.store, [], now=room.now), await standing(room)
    async with room.store.begin() as tx:
        await tx.incidents.save(moved(incident, room.now(), state=State.RESOLVED, resolved_at=room.now()))
    await room.open(THIRD)
    told = shown(await talk.say("who was told 1"))
    assert "1 receiver." in told
    assert "Nothing yet" not in told


@pytest.mark.parametrize("line", ["undelivered --page 9", "who was told 1 --page 9"])
async def test_a_page_that_is_not_there_is_said_and_the_last_one_shown(room: Mailroom, line: str) -> None:
    talk = Talk(room.store, [], now=room.now)
    choosy(room).refused[ONE.id] = "No"
    await room.happens("Trouble", ONE)
    await room.rest(minutes=1)
    told = shown(await talk.say(line))
    assert "There is only 1 page." in told
    assert "Given up: No" in told or "was given up (c1): No" in told


@pytest.mark.parametrize("word", ["c0x", "7", "everything", "c1; drop", "p" * 50])
async def test_what_no_delivery_is_called_is_refused(room: Mailroom, word: str) -> None:
    assert "is not what a delivery is called" in shown(await Talk(room.store, []).say(f"undelivered retry {word}"))


async def test_what_waits_for_long_is_listed_with_its_next_try(room: Mailroom) -> None:
    talk = Talk(room.store, [], now=room.now)
    choosy(room).fails = [TryLater("Teams cannot be reached") for _ in range(100)]
    await room.happens("Trouble", ONE)
    await room.rest(minutes=7)
    told = shown(await talk.say("undelivered"))
    assert "1 waits for more than 5 minutes." in told
    assert re.search(
        r"Waits after 8 attempts; the next try is in (\d+ s, at 12:0\d:\d\d|\d min, at 12:\d\d) UTC\.", told
    ), told


async def test_what_a_person_was_told_before_their_chat_was_open_is_theirs(room: Mailroom) -> None:
    person = place("x")
    before = Conversation(
        id=f"person:{BOB.id}",
        tenant_id=person.tenant_id,
        service_url="",
        kind=ConversationKind.PERSONAL,
        user_id=BOB.id,
    )
    chat = Conversation(
        id="a:bob",
        tenant_id=person.tenant_id,
        service_url="u",
        kind=ConversationKind.PERSONAL,
        user_id=BOB.id,
        name="Bob",
    )
    async with room.store.begin() as tx:
        await tx.conversations.save(before)
    choosy(room).refused[before.id] = "Teams answered 403 ForbiddenOperationException"
    await room.happens("Trouble", before)
    await room.rest(minutes=1)
    async with room.store.begin() as tx:
        await tx.conversations.save(chat)
        await tx.conversations.move(before.id, chat.id)
    told = shown(await Talk(room.store, [], now=room.now).say("who-was-told 1"))
    assert "Bob's chat" in told
    assert "12:00 UTC: The card was given up (c1): Teams answered 403 Forbidden" in told


class Bomb(MemoryMessenger):
    """One card makes the receiver fail in a way that nobody foresaw."""

    async def post(self, conversation: Conversation, message: Message) -> Posted:
        if "Poison" in str(message.card):
            raise RuntimeError("boom")
        return await super().post(conversation, message)


@pytest.mark.parametrize("how", ["sent", "drawn"])
async def test_what_fails_in_an_unforeseen_way_is_given_up_and_what_is_behind_it_goes_on(
    database_url: str, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with mailroom(database_url, Bomb() if how == "sent" else MemoryMessenger()) as room:
        drawn = room.render

        def draw(incident: Incident) -> tuple[Card, str]:
            if how == "drawn" and incident.alert.title == "Poison":
                raise ValueError("a card without rows is too large for Teams")
            return drawn(incident)

        room.render = draw
        await room.open(ONE)
        incident = await room.happens("Poison", ONE)
        await room.happens("Trouble", ONE)
        await room.rest(minutes=10)
        assert isinstance(room.receiver, MemoryMessenger)
        assert ["Trouble" in words(each) for each in room.receiver.said[ONE.id]] == [True]
        async with room.store.look() as tx:
            (telling,) = await tx.told.of(incident.number)
        assert telling.ended is Ended.GIVEN_UP
        assert "It failed in an unforeseen way 8 times; the log has why under" in telling.text
        assert telling.text[-8:] in caplog.text
        assert telling.attempts == 8
