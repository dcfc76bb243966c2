"""What people type becomes lines, each heard and answered once, in its thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from bot.model import ConversationKind, Person
from tests.support.teams_stage import ADA, APP, CARD, CHANNEL, TENANT, Json, Scripted, Stage

BOT = f"28:{APP}"
THREAD = "conversations/19%3Ageneral%40thread.tacv2%3Bmessageid%3D1700/activities"
SHOWN = "application/vnd.microsoft.card.adaptive"
TOAST = "application/vnd.microsoft.activity.message"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        yield await Stage().enter(stack)


def mention(text: str = "<at>Syncwatch</at>", of: str = BOT) -> Json:
    return {"type": "mention", "text": text, "mentioned": {"id": of, "name": "Syncwatch"}}


async def test_a_line_says_who_said_it_and_where(stage: Stage) -> None:
    await stage.send(stage.activity(id="f:9"))
    (line,) = stage.ear.lines
    assert (line.activity_id, line.text) == ("f:9", "help")
    assert line.person == Person(id=ADA, name="Ada Admin", mri="29:ada")
    place = line.conversation
    assert (place.id, place.kind, place.name) == (CHANNEL, ConversationKind.CHANNEL, "Alerts")
    assert (place.tenant_id, place.service_url, place.bot_id) == (TENANT, stage.url, BOT)
    assert (place.team_id, place.team_name, place.team_group_id) == (CHANNEL, "Identity", "group-1")
    assert (place.user_id, place.user_mri) == ("", "")


@pytest.mark.parametrize("kind", ["personal", None, "something new"])
async def test_in_a_personal_chat_the_conversation_knows_its_person(stage: Stage, kind: str | None) -> None:
    chat = {"id": "a:chat", "conversationType": kind, "tenantId": TENANT}
    await stage.send(stage.activity(conversation=chat, channelData={"tenant": {"id": TENANT}}))
    place = stage.ear.lines[0].conversation
    assert (place.kind, place.user_id, place.user_mri) == (ConversationKind.PERSONAL, ADA, "29:ada")


@pytest.mark.parametrize("kind", ["groupChat", None, "something new"])
async def test_a_group_chat_has_its_own_name(stage: Stage, kind: str | None) -> None:
    chat = {"id": "19:g@thread.v2", "conversationType": kind, "isGroup": True, "tenantId": TENANT, "name": "On call"}
    await stage.send(stage.activity(conversation=chat, channelData=None))
    place = stage.ear.lines[0].conversation
    assert (place.kind, place.name) == (ConversationKind.GROUP, "On call")


async def test_somebody_without_an_object_id_is_nobody_in_particular(stage: Stage) -> None:
    await stage.send(stage.activity(**{"from": {"id": "29:bridge", "name": None}}))
    assert stage.ear.lines[0].person == Person(id="", name="", mri="29:bridge")


@pytest.mark.parametrize(
    ("text", "entities", "typed"),
    [
        ("<at>Syncwatch</at> status workday", [mention()], "status workday"),
        ("<at>Syncwatch</at>\xa0 status\r\n  workday \n", [mention()], "status workday"),
        ("<at>Prov</at> errors Prov job", [mention("<at>Prov</at>")], "errors Prov job"),
        ("<at>S</at> say <at>S</at>", [mention("<at>S</at>")], "say <at>S</at>"),
        ("<at>S</at> say <at>S</at>", [mention("<at>S</at>"), mention("<at>S</at>")], "say"),
        ("<at>Bob</at> help", [mention("<at>Bob</at>", of="29:bob")], "<at>Bob</at> help"),
        ("status R&amp;D &lt;new&gt;", None, "status R&D <new>"),
        ("help", [{"type": "clientInfo", "locale": "en-US"}, {}, {"type": "mention"}], "help"),
        ("", None, ""),
        (None, [mention()], ""),
    ],
)
async def test_the_mention_is_taken_out_once_and_nothing_else(
    stage: Stage, text: str | None, entities: list[Json] | None, typed: str
) -> None:
    await stage.send(stage.activity(text=text, entities=entities))
    assert stage.ear.lines[0].text == typed


async def test_the_answer_is_a_card_alone_in_the_thread_of_the_line(stage: Stage) -> None:
    assert await stage.send(stage.activity(id="f:9")) == (200, None)
    (call,) = stage.calls
    assert (call.method, call.path) == ("POST", f"{THREAD}/f%3A9")
    assert call.body == {
        "type": "message",
        "summary": "Hello",
        "attachments": [{"contentType": SHOWN, "content": CARD}],
    }
    assert call.authorization == "Bearer the-bots-own-token"


async def test_an_answer_waits_as_long_as_teams_asks_and_is_said_then(stage: Stage) -> None:
    stage.script += [Scripted(429, headers={"Retry-After": "3"}), Scripted(412), Scripted(201, {"id": "a"})]
    assert (await stage.send(stage.activity()))[0] == 200
    assert (len(stage.calls), stage.pauses) == (3, [3.0, 1.0])


@pytest.mark.parametrize("answer", [Scripted(403), Scripted(502), Scripted(drop=True)], ids=str)
async def test_an_answer_that_cannot_be_said_or_may_have_arrived_is_not_said_twice(
    stage: Stage, answer: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    stage.script.append(answer)
    assert (await stage.send(stage.activity()))[0] == 200
    assert len(stage.calls) == 1
    assert "answer not said" in caplog.text


async def test_what_teams_sends_twice_is_done_once(stage: Stage) -> None:
    activity = stage.activity()
    assert [await stage.send(activity) for _ in range(3)] == [(200, None)] * 3
    assert (len(stage.ear.lines), len(stage.calls)) == (1, 1)
    elsewhere = {**activity["conversation"], "id": f"{CHANNEL};messageid=1800"}
    await stage.send({**activity, "conversation": elsewhere})
    stage.ahead = timedelta(minutes=11)
    await stage.send(activity)
    assert len(stage.ear.lines) == 3


async def test_what_teams_sends_again_while_it_is_being_done_waits_for_the_first(stage: Stage) -> None:
    stage.ear.gate = asyncio.Event()
    activity = stage.press()
    both = [asyncio.ensure_future(stage.send(activity)) for _ in range(2)]
    await stage.ear.entered.wait()
    stage.ear.gate.set()
    first, second = await asyncio.gather(*both)
    assert first == second
    assert first[1]["type"] == TOAST
    assert len(stage.ear.presses) == 1


async def test_a_line_without_an_id_is_answered_all_the_same(stage: Stage) -> None:
    await stage.send(stage.activity(id=None))
    assert [call.path for call in stage.calls] == [THREAD]


async def test_a_fault_has_a_reference_and_the_activity_may_come_again(stage: Stage) -> None:
    stage.ear.failure = RuntimeError("secret detail")
    activity = stage.activity()
    status, body = await stage.send(activity)
    assert status == 500
    assert set(body) == {"error", "reference"}
    assert "secret" not in str(body)
    stage.ear.failure = None
    assert (await stage.send(activity))[0] == 200
    assert len(stage.calls) == 1
