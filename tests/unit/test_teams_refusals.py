"""What Teams answers when it will not becomes a wish to try later, or the end of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from bot.adapters.teams.faults import retry_after
from bot.model import Conversation, ConversationKind, Posted
from bot.ports import CardGone, Message, TryLater, Undeliverable
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


@pytest.mark.parametrize(("told", "after"), [("7", 7.0), ("0.5", 0.5), (None, None), ("soon", None), ("99999", 3600.0)])
@EVERY
async def test_429_waits_as_long_as_it_asks(stage: Stage, verb: Verb, told: str | None, after: float | None) -> None:
    stage.script.append(Scripted(429, headers={"Retry-After": told} if told else {}))
    with pytest.raises(TryLater) as caught:
        await verb(stage)
    assert (caught.value.after, caught.value.uncertain) == (after, False)


def test_a_wait_may_be_told_as_a_date() -> None:
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert retry_after(format_datetime(now + timedelta(seconds=30), usegmt=True), now) == 30
    assert retry_after("Fri, 20 Nov 2026 12:00:30 -0000", now) == 30
    assert retry_after(format_datetime(now - timedelta(hours=1)), now) == 0
    assert [retry_after(broken, now) for broken in ("nan", "", "Fri, 99 Foo", "-5", "inf")] == [
        None,
        None,
        None,
        0,
        3600,
    ]


@pytest.mark.parametrize("status", [502, 503, 504])
@EVERY
async def test_a_gateway_in_trouble_may_have_let_a_new_message_through(stage: Stage, verb: Verb, status: int) -> None:
    stage.script.append(Scripted(status, b"<html>"))
    with pytest.raises(TryLater) as caught:
        await verb(stage)
    assert caught.value.uncertain is (verb is not update)


@pytest.mark.parametrize("status", [401, 408, 500])
@EVERY
async def test_what_is_not_said_to_be_worth_it_is_not_tried_again(stage: Stage, verb: Verb, status: int) -> None:
    stage.script.append(Scripted(status, b"{}"))
    with pytest.raises(Undeliverable, match=f"Teams answered {status}") as caught:
        await verb(stage)
    assert (caught.value.gone, len(stage.calls)) == (False, 1)


@EVERY
async def test_a_conflict_did_not_arrive(stage: Stage, verb: Verb) -> None:
    stage.script.append(Scripted(412, {"error": {"code": "PreconditionFailed"}}))
    with pytest.raises(TryLater, match="412 PreconditionFailed") as caught:
        await verb(stage)
    assert not caught.value.uncertain


@EVERY
async def test_a_lost_answer_is_uncertain_for_what_is_new(stage: Stage, verb: Verb) -> None:
    stage.script += [Scripted(drop=True), Scripted(drop=True)]  # aiohttp itself repeats a PUT once
    with pytest.raises(TryLater) as caught:
        await verb(stage)
    assert caught.value.uncertain is (verb is not update)


@EVERY
async def test_where_nobody_listens_nothing_arrived(stage: Stage, verb: Verb) -> None:
    wish = verb(stage)
    await stage.microsoft.close()
    with pytest.raises(TryLater, match="cannot be reached") as caught:
        await wish
    assert not caught.value.uncertain


async def test_without_a_token_nothing_is_sent() -> None:
    async def broken() -> str:
        raise RuntimeError("AADSTS7000215 the-secret")

    class Poor(Stage):
        bearer = staticmethod(broken)  # pyright: ignore[reportAssignmentType]

    async with AsyncExitStack() as stack:
        stage = await Poor().enter(stack)
        with pytest.raises(TryLater, match="No token for Teams: RuntimeError") as caught:
            await post(stage)
        assert (caught.value.uncertain, stage.calls) == (False, [])


@pytest.mark.parametrize("body", [{"error": {"code": "ActivityNotFoundInConversation"}}, None, b"<html>"], ids=str)
async def test_a_card_that_is_not_there_any_more_is_gone_and_its_conversation_is_not(stage: Stage, body: Any) -> None:
    stage.script += [Scripted(404, body), Scripted(404, body)]
    with pytest.raises(CardGone) as caught:
        await update(stage)
    assert not caught.value.gone
    with pytest.raises(Undeliverable) as other:
        await note(stage)
    assert not other.value.gone


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"error": {"code": "BadSyntax"}}),
        (400, {"error": {"code": "BotNotInConversationRoster"}}),
        (403, {"error": 5}),
        (403, {"message": "subCode"}),
        (403, {"error": {"code": "SomethingOfTheYear2030"}}),
        (302, None),
    ],
)
@EVERY
async def test_everything_else_is_final_but_leaves_the_conversation_open(
    stage: Stage, verb: Verb, status: int, body: Any
) -> None:
    stage.script.append(Scripted(status, body, {"Location": "https://evil.example/"} if status == 302 else {}))
    with pytest.raises(Undeliverable, match=f"Teams answered {status}") as caught:
        await verb(stage)
    assert not caught.value.gone
    assert len(stage.calls) == 1
