"""Microsoft's table of errors, row by row: what each closes, what it leaves open, and what people are told of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from bot.adapters.teams.faults import MEANINGS
from bot.model import Conversation, ConversationKind, Posted
from bot.ports import CardGone, Message, Undeliverable
from tests.support.teams_stage import APP, CARD, CHANNEL, TENANT, Scripted, Stage

HELLO = Message(card=CARD, summary="Hello")
IN_THREAD = Posted(activity_id="1700", thread_id=f"{CHANNEL};messageid=1700")
IN_CHAT = Posted(activity_id="1700", thread_id="a:chat")
Verb = Callable[[Stage], Awaitable[object]]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        yield await Stage().enter(stack)


def channel(stage: Stage) -> Conversation:
    return Conversation(id=CHANNEL, tenant_id=TENANT, service_url=stage.url, bot_id=f"28:{APP}")


def chat(stage: Stage) -> Conversation:
    kind = ConversationKind.PERSONAL
    return Conversation(id="a:chat", tenant_id=TENANT, service_url=stage.url, kind=kind, bot_id=f"28:{APP}")


def post(stage: Stage) -> Awaitable[object]:
    return stage.teams.post(chat(stage), HELLO)


def begin_thread(stage: Stage) -> Awaitable[object]:
    return stage.teams.post(channel(stage), HELLO)


def update(stage: Stage) -> Awaitable[object]:
    return stage.teams.update(chat(stage), IN_CHAT, HELLO)


def note(stage: Stage) -> Awaitable[object]:
    return stage.teams.note(chat(stage), IN_CHAT, "Resolved", HELLO)


def update_in_thread(stage: Stage) -> Awaitable[object]:
    return stage.teams.update(channel(stage), IN_THREAD, HELLO)


def note_in_thread(stage: Stage) -> Awaitable[object]:
    return stage.teams.note(channel(stage), IN_THREAD, "Resolved", HELLO)


EVERY = pytest.mark.parametrize("verb", [post, begin_thread, update, note])

CLOSES = [
    (
        403,
        "BotDisabledByAdmin",
        "An administrator has blocked the app. The bot goes on here as soon as somebody writes",
    ),
    (
        403,
        "BotNotInConversationRoster",
        "not installed here any more. The bot goes on as soon as it is installed again",
    ),
    (403, "ConversationBlockedByUser", "goes on as soon as somebody unblocks it and writes to it"),
    (403, "ForbiddenOperationException", "not installed for this person. The bot goes on as soon as they install it"),
    (403, "InvalidBotApiHost", "for GCC, TEAMS_URL is https://smba.infra.gcc.teams.microsoft.com/teams/"),
    (403, "MessageWritesBlocked", "Messages to this conversation are blocked"),
    (404, "ConversationNotFound", "Teams does not know this conversation any more"),
]
OPEN = [
    (401, "BotNotRegistered", "APP_ID is not the id of a bot that is registered for Teams"),
    (403, "NotEnoughPermissions", "Teams does not let the bot do this"),
    (413, "MessageSizeTooBig", "larger than Teams takes"),
]


def test_every_documented_error_is_in_one_of_these_tables() -> None:
    assert {code for _, code, _ in CLOSES + OPEN} | {"ActivityNotFoundInConversation"} == set(MEANINGS)


@pytest.mark.parametrize(("status", "code", "said"), CLOSES, ids=lambda value: str(value)[:30])
@EVERY
async def test_what_closes_a_conversation_says_when_it_goes_on(
    stage: Stage, verb: Verb, status: int, code: str, said: str
) -> None:
    stage.script.append(Scripted(status, {"error": {"code": code}}))
    with pytest.raises(Undeliverable) as caught:
        await verb(stage)
    assert caught.value.gone
    assert not isinstance(caught.value, CardGone)
    assert f"Teams answered {status} {code}" in str(caught.value)
    assert said in str(caught.value)
    assert len(stage.calls) == 1


@pytest.mark.parametrize(("status", "code", "said"), OPEN, ids=lambda value: str(value)[:30])
@EVERY
async def test_what_is_about_one_message_leaves_its_conversation_open(
    stage: Stage, verb: Verb, status: int, code: str, said: str
) -> None:
    stage.script.append(Scripted(status, {"error": {"code": code}}))
    with pytest.raises(Undeliverable, match=said) as caught:
        await verb(stage)
    assert (caught.value.gone, len(stage.calls)) == (False, 1)


@pytest.mark.parametrize(
    "body",
    [
        {"errorCode": 209, "message": '{"subCode":"MessageWritesBlocked","details":"x"}'},
        {"errorCode": 209, "subCode": "MessageWritesBlocked"},
    ],
    ids=str,
)
@EVERY
async def test_blocked_writes_are_known_by_their_sub_code(stage: Stage, verb: Verb, body: Any) -> None:
    stage.script.append(Scripted(403, body))
    with pytest.raises(Undeliverable, match="Messages to this conversation are blocked") as caught:
        await verb(stage)
    assert caught.value.gone


async def test_a_message_that_is_too_large_is_told_by_its_status_alone(stage: Stage) -> None:
    stage.script.append(Scripted(413, b"<html>"))
    with pytest.raises(Undeliverable, match="Teams answered 413: The card is larger than Teams takes"):
        await post(stage)


@pytest.mark.parametrize("code", ["ConversationNotFound", "ActivityNotFoundInConversation"])
async def test_a_thread_that_is_gone_takes_its_card_along_and_leaves_the_channel_open(stage: Stage, code: str) -> None:
    stage.script += [Scripted(404, {"error": {"code": code}})] * 2
    with pytest.raises(CardGone):
        await update_in_thread(stage)
    with pytest.raises(Undeliverable) as caught:
        await note_in_thread(stage)
    assert not caught.value.gone
