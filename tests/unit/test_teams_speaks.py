"""What Teams answers to the bot's calls becomes a posted card, a wish to try later, or the end of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import pytest

from bot.model import Conversation, ConversationKind, Posted
from bot.ports import CannotLook, Message, TryLater, Undeliverable
from tests.support.teams_stage import APP, CARD, CHANNEL, TENANT, Scripted, Stage

POSTED = Posted(activity_id="1700", thread_id=f"{CHANNEL};messageid=1700")
Verb = Callable[[Stage], Awaitable[object]]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        yield await Stage().enter(stack)


def place(stage: Stage, kind: ConversationKind = ConversationKind.CHANNEL) -> Conversation:
    number = CHANNEL if kind is ConversationKind.CHANNEL else "a:chat"
    return Conversation(id=number, tenant_id=TENANT, service_url=stage.url, kind=kind, bot_id=f"28:{APP}")


def post(stage: Stage) -> Awaitable[object]:
    return stage.teams.post(place(stage), Message(card=CARD, summary="Hello"))


def update(stage: Stage) -> Awaitable[object]:
    return stage.teams.update(place(stage), POSTED, Message(card=CARD, summary="Hello"))


def note(stage: Stage) -> Awaitable[object]:
    return stage.teams.note(place(stage), POSTED, "Resolved", Message(card=CARD, summary="Hello"))


EVERY = pytest.mark.parametrize("verb", [post, update, note])
CREATES = pytest.mark.parametrize("verb", [post, note])


async def test_a_card_in_a_channel_starts_a_thread(stage: Stage) -> None:
    posted = await stage.teams.post(place(stage), Message(card=CARD, summary="Hello"))
    assert posted == Posted(activity_id="a-1", thread_id=f"{CHANNEL};messageid=a-1")
    (call,) = stage.calls
    assert (call.method, call.path) == ("POST", "conversations")
    assert call.body["channelData"]["channel"] == {"id": CHANNEL}
    assert (call.body["isGroup"], call.body["bot"]) == (True, {"id": f"28:{APP}"})
    assert call.body["activity"]["attachments"][0]["content"] == CARD
    assert "text" not in call.body["activity"]


@pytest.mark.parametrize("kind", [ConversationKind.PERSONAL, ConversationKind.GROUP])
async def test_a_card_in_a_chat_is_a_message(stage: Stage, kind: ConversationKind) -> None:
    posted = await stage.teams.post(place(stage, kind), Message(card=CARD, summary="Hello"))
    assert posted == Posted(activity_id="a-1", thread_id="a:chat")
    assert stage.calls[0].path == "conversations/a%3Achat/activities"


async def test_a_card_is_updated_where_it_stands(stage: Stage) -> None:
    await update(stage)
    (call,) = stage.calls
    assert (call.method, call.body["summary"]) == ("PUT", "Hello")
    assert call.path == "conversations/19%3Ageneral%40thread.tacv2%3Bmessageid%3D1700/activities/1700"


async def test_a_note_is_plain_text_in_the_cards_thread(stage: Stage) -> None:
    await stage.teams.note(
        place(stage), POSTED, "Resolved by [Ada](http://evil.example)", Message(card=CARD, summary="Hello")
    )
    (call,) = stage.calls
    assert call.path == "conversations/19%3Ageneral%40thread.tacv2%3Bmessageid%3D1700/activities"
    assert call.body["textFormat"] == "plain"
    assert call.body["text"] == "Resolved by [Ada](http://evil.example)"


@pytest.mark.parametrize("answer", [{"activityId": "9"}, {}, None, [], "no json", b"\xff"], ids=str)
async def test_a_card_that_was_taken_without_an_id_may_be_there(stage: Stage, answer: Any) -> None:
    stage.script.append(Scripted(201, answer))
    with pytest.raises(TryLater) as caught:
        await post(stage)
    assert caught.value.uncertain


async def test_the_thread_says_where_the_card_is_if_nothing_else_does(stage: Stage) -> None:
    stage.script.append(Scripted(201, {"id": f"{CHANNEL};messageid=42"}))
    assert (await stage.teams.post(place(stage), Message(card=CARD, summary=""))).activity_id == "42"


@pytest.mark.parametrize("letter", ["x", "é", "語", "😀"])
async def test_a_card_is_sent_up_to_40_kilobytes_of_utf_16_and_refused_beyond(stage: Stage, letter: str) -> None:
    width = len(letter.encode("utf-16-le"))
    frame = len(msgspec.json.encode({"t": ""}))
    fits = (40 * 1024 - frame * 2) // width
    conversation = place(stage)
    await stage.teams.post(conversation, Message(card={"t": letter * fits}, summary=""))
    with pytest.raises(Undeliverable, match="UTF-16"):
        await stage.teams.post(conversation, Message(card={"t": letter * (fits + 1)}, summary=""))
    with pytest.raises(Undeliverable, match="UTF-16"):
        await stage.teams.update(conversation, POSTED, Message(card={"t": letter * (fits + 1)}, summary=""))
    assert len(stage.calls) == 1


async def test_calls_to_one_service_url_share_a_connection(stage: Stage) -> None:
    for _ in range(3):
        await post(stage)
    assert len(stage.ports) == 1


async def test_reading_back_is_somebody_elses_work_or_not_possible(stage: Stage) -> None:
    with pytest.raises(CannotLook, match="READ_BACK"):
        await stage.teams.find(place(stage), "marker")

    async def look(conversation: Conversation, marker: str) -> Posted | None:
        return POSTED if (conversation.id, marker) == (CHANNEL, "marker") else None

    async with AsyncExitStack() as stack:
        other = await Stage().enter(stack, look=look)
        assert await other.teams.find(place(other), "marker") == POSTED
