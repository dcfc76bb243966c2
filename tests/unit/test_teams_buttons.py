"""Buttons become presses; the answer replaces the card, is posted, or comes later when it takes long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from bot.ports import Answer
from tests.support.teams_stage import ADA, CARD, CHANNEL, Scripted, Stage

THREAD = "conversations/19%3Ageneral%40thread.tacv2%3Bmessageid%3D1700/activities"
SHOWN = "application/vnd.microsoft.card.adaptive"
TOAST = "application/vnd.microsoft.activity.message"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        yield await Stage().enter(stack)


@pytest.fixture
async def hasty() -> AsyncIterator[Stage]:
    """A stage on which every button is told at once that the bot works on it."""
    async with AsyncExitStack() as stack:
        yield await Stage().enter(stack, patience=0)


async def test_a_button_is_a_verb_with_words(stage: Stage) -> None:
    await stage.send(stage.press("restart", "workday --scope full"))
    (press,) = stage.ear.presses
    assert (press.verb, press.words, press.card_id) == ("restart", "workday --scope full", "1700")
    assert (press.person.id, press.conversation.id, press.automatic) == (ADA, CHANNEL, False)


async def test_a_card_that_refreshes_by_itself_is_no_click(stage: Stage) -> None:
    value = {"action": {"type": "Action.Execute", "verb": "show", "data": {"words": "7"}}, "trigger": "automatic"}
    await stage.send(stage.press(value=value))
    assert stage.ear.presses[0].automatic


async def test_an_answer_in_place_replaces_the_card(stage: Stage) -> None:
    stage.ear.answer = Answer(card=CARD, summary="Hello", in_place=True)
    assert await stage.send(stage.press()) == (200, {"statusCode": 200, "type": SHOWN, "value": CARD})
    assert stage.calls == []


async def test_another_answer_is_posted_in_the_thread_and_the_clicker_is_told(stage: Stage) -> None:
    status, body = await stage.send(stage.press())
    assert (status, body) == (200, {"statusCode": 200, "type": TOAST, "value": "Hello"})
    assert [(call.method, call.path) for call in stage.calls] == [("POST", f"{THREAD}/1700")]


async def test_a_repeated_press_gets_the_same_answer(stage: Stage) -> None:
    stage.ear.answer = Answer(card=CARD, in_place=True)
    press = stage.press()
    assert await stage.send(press) == await stage.send(press)
    assert len(stage.ear.presses) == 1


async def test_a_slow_button_says_so_and_changes_its_card_later(hasty: Stage) -> None:
    hasty.ear.gate = asyncio.Event()
    hasty.ear.answer = Answer(card=CARD, summary="Hello", in_place=True)
    assert await hasty.send(hasty.press()) == (200, {"statusCode": 200, "type": TOAST, "value": "Working on it…"})
    hasty.ear.gate.set()
    (call,) = await hasty.until(1)
    assert (call.method, call.path) == ("PUT", f"{THREAD}/1700")
    assert call.body["attachments"][0]["content"] == CARD


async def test_a_slow_button_whose_card_is_gone_says_it_anew(hasty: Stage) -> None:
    hasty.ear.gate = asyncio.Event()
    hasty.ear.answer = Answer(card=CARD, in_place=True)
    hasty.script.append(Scripted(404, {"error": {"code": "ActivityNotFoundInConversation"}}))
    await hasty.send(hasty.press())
    hasty.ear.gate.set()
    assert [call.method for call in await hasty.until(2)] == ["PUT", "POST"]


async def test_a_slow_answer_of_its_own_is_posted_when_it_comes(hasty: Stage) -> None:
    hasty.ear.gate = asyncio.Event()
    await hasty.send(hasty.press())
    hasty.ear.gate.set()
    assert [call.method for call in await hasty.until(1)] == ["POST"]


async def test_a_slow_refresh_leaves_the_card_as_it_is(hasty: Stage) -> None:
    hasty.ear.gate = asyncio.Event()
    hasty.ear.answer = Answer(card=CARD, in_place=True)
    await hasty.send(hasty.press(value={"action": {"verb": "show"}, "trigger": "automatic"}))
    hasty.ear.gate.set()
    await hasty.teams.close()
    assert hasty.calls == []


async def test_a_slow_answer_that_fails_is_in_the_log(hasty: Stage, caplog: pytest.LogCaptureFixture) -> None:
    hasty.ear.gate, hasty.ear.failure = asyncio.Event(), RuntimeError("no")
    await hasty.send(hasty.press())
    hasty.ear.gate.set()
    await hasty.teams.close()
    assert "a slow answer failed" in caplog.text


async def test_a_submitted_button_is_a_press_too(stage: Stage) -> None:
    stage.ear.answer = Answer(card=CARD, in_place=True)
    value = {"verb": "ack", "words": "7"}
    assert (await stage.send(stage.activity(text=None, value=value, replyToId="1700")))[0] == 200
    assert [(press.verb, press.words) for press in stage.ear.presses] == [("ack", "7")]
    assert [(call.method, call.path) for call in stage.calls] == [("PUT", f"{THREAD}/1700")]


@pytest.mark.parametrize("data", [None, {}, {"words": "7", "mood": "late", "n": 5}])
async def test_old_cards_and_further_inputs_are_no_mistake(stage: Stage, data: Any) -> None:
    value = {"action": {"type": "Action.Execute", "verb": "ack", "data": data}}
    assert (await stage.send(stage.press(value=value)))[0] == 200
    assert stage.ear.presses[0].words == ("7" if data else "")


async def test_a_card_too_large_to_be_shown_is_not_shown(stage: Stage) -> None:
    stage.ear.answer = Answer(card={**CARD, "fallbackText": "x" * 21_000}, in_place=True)
    status, body = await stage.send(stage.press())
    assert (status, body["statusCode"], body["type"]) == (200, 500, "application/vnd.microsoft.error")


@pytest.mark.parametrize("name", ["task/fetch", "composeExtension/query", "signin/verifyState", None])
async def test_other_invokes_are_not_implemented(stage: Stage, name: str | None) -> None:
    assert (await stage.send(stage.press(name=name)))[0] == 501


async def test_what_was_filled_in_becomes_the_flags_of_the_command(stage: Stage) -> None:
    data = {"words": "7", "for": "4h", "until": "", "reason": "the vendor is at it"}
    value = {"action": {"type": "Action.Execute", "verb": "snooze", "data": data}}
    assert (await stage.send(stage.press(value=value)))[0] == 200
    assert stage.ear.presses[0].words == "7 --for 4h --reason the vendor is at it"
