"""What Teams sends becomes lines, presses, joins and leaves, each once, whatever a client puts into it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from bot.model import ConversationKind, Person
from bot.ports import Answer
from tests.support.teams_stage import ADA, APP, CARD, CHANNEL, TENANT, Json, Scripted, Stage

BOT = f"28:{APP}"
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


def mention(text: str = "<at>Syncwatch</at>", of: str = BOT) -> Json:
    return {"type": "mention", "text": text, "mentioned": {"id": of, "name": "Syncwatch"}}


# --- lines -------------------------------------------------------------------------------------------------------------


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


# --- buttons -----------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("data", [None, {}, {"words": "7", "reason": "late", "n": 5}])
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


# --- events ------------------------------------------------------------------------------------------------------------


def install(stage: Stage, action: str, **more: Any) -> Json:
    return stage.activity(type="installationUpdate", action=action, text=None, **more)


def change(stage: Stage, event: str | None = None, **more: Any) -> Json:
    base = stage.activity()["channelData"]
    channel = {"id": "19:other@thread.tacv2", "name": "Renamed"}
    data = {**base, "eventType": event, "channel": channel} if event else base
    return stage.activity(type="conversationUpdate", text=None, channelData=data, **more)


async def test_an_installation_is_told_once_and_the_welcome_starts_a_thread(stage: Stage) -> None:
    stage.ear.welcome = Answer(card=CARD, summary="Hello")
    await stage.send(install(stage, "add"))
    await stage.send(change(stage, membersAdded=[{"id": BOT}]))
    assert [(place.id, installed) for place, installed in stage.ear.joins] == [(CHANNEL, True)]
    assert [call.path for call in stage.calls] == ["conversations"]
    await stage.send(install(stage, "remove"))
    await stage.send(install(stage, "add"))
    assert [place.id for place in stage.ear.gone] == [CHANNEL]
    assert len(stage.ear.joins) == 2


async def test_an_installation_is_for_the_channel_that_was_picked(stage: Stage) -> None:
    data = stage.activity()["channelData"]
    data["settings"] = {"selectedChannel": {"id": "19:picked@thread.tacv2", "name": "Picked"}}
    await stage.send(install(stage, "add", channelData=data))
    assert [(place.id, place.name) for place, _ in stage.ear.joins] == [("19:picked@thread.tacv2", "Picked")]


async def test_an_upgrade_is_neither_a_goodbye_nor_a_new_installation(stage: Stage) -> None:
    await stage.send(install(stage, "remove-upgrade"))
    await stage.send(install(stage, "add-upgrade"))
    assert [installed for _, installed in stage.ear.joins] == [False]
    assert stage.ear.gone == []


async def test_a_new_name_is_heard(stage: Stage) -> None:
    await stage.send(change(stage, "channelRenamed"))
    assert [(place.name, installed) for place, installed in stage.ear.joins] == [("Renamed", False)]


@pytest.mark.parametrize("event", ["channelDeleted", "teamDeleted", "teamHardDeleted", "teamArchived"])
async def test_a_place_that_is_gone_is_left(stage: Stage, event: str) -> None:
    await stage.send(change(stage, event))
    assert len(stage.ear.gone) == 1


async def test_a_bot_that_is_thrown_out_leaves_and_people_who_come_and_go_are_no_news(stage: Stage) -> None:
    await stage.send(change(stage, membersAdded=[{"id": "29:bob"}]))
    await stage.send(change(stage, membersRemoved=[{"id": "29:bob"}]))
    assert (stage.ear.joins, stage.ear.gone) == ([], [])
    await stage.send(change(stage, membersRemoved=[{"id": BOT}]))
    assert len(stage.ear.gone) == 1


@pytest.mark.parametrize(
    "kind", ["typing", "messageReaction", "messageUpdate", "event", "handoff", "a type of the year 2030", ""]
)
async def test_other_activities_are_taken_and_passed_over(stage: Stage, kind: str) -> None:
    assert await stage.send(stage.activity(type=kind)) == (200, None)
    assert await stage.send(change(stage, "channelShared")) == (200, None)
    assert await stage.send(install(stage, "something new")) == (200, None)
    assert (stage.ear.lines, stage.ear.joins, stage.ear.gone, stage.calls) == ([], [], [], [])


# --- broken and hostile input ------------------------------------------------------------------------------------------

WRONG: dict[str, list[Any]] = {
    "type": [None, 5, ["message"], {}],
    "channelId": [None, 5],
    "serviceUrl": [None, 5],
    "conversation": [None, "19:x", {}, {"id": 7}, {"id": "x", "tenantId": 5}],
    "from": ["29:ada", [], {"aadObjectId": 5}],
    "recipient": ["28:bot", {"id": {}}],
    "channelData": ["x", {"tenant": "x"}, {"team": {"id": 5}}, {"settings": []}],
    "entities": [{}, [5], [{"mentioned": "x"}], [{"text": 5}]],
    "text": [5, ["help"], {"help": 1}],
    "value": ["x", 5, [], True, {"verb": 5}, {"verb": "ack", "words": ["7"]}],
    "id": [5, {}],
    "membersAdded": [{}, [5]],
}


@pytest.mark.parametrize(("field", "wrong"), [(field, wrong) for field in WRONG for wrong in WRONG[field]], ids=str)
async def test_wrong_types_are_refused_in_a_sentence(stage: Stage, field: str, wrong: Any) -> None:
    await no_activity(stage, stage.activity(**{field: wrong}))


@pytest.mark.parametrize(
    "value",
    [None, "x", 5, [], {}, {"action": None}, {"action": {"verb": 5}}, {"action": {"verb": "a", "data": "x"}},
     {"action": {"verb": "a", "data": {"words": 5}}}, {"action": {}, "trigger": 1}],
    ids=str,
)  # fmt: skip
async def test_the_wrong_payload_of_a_button_is_refused_in_a_sentence(stage: Stage, value: Any) -> None:
    await no_activity(stage, stage.press(value=value))


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"5",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b'{"type":"message"',
        b'{"type":"\\ud800"}',
        b"[" * 100_000,
        b" ",
    ],
    ids=lambda body: repr(body[:20]),
)
async def test_what_is_no_json_object_is_refused_in_a_sentence(stage: Stage, body: bytes) -> None:
    await no_activity(stage, body)


async def test_no_body_at_all_is_refused(stage: Stage) -> None:
    headers = {"Authorization": f"Bearer {stage.token()}"}
    async with stage.client.post(stage.bot.make_url("/api/messages"), headers=headers) as answer:
        assert answer.status == 400


async def test_a_body_that_is_not_what_it_says_it_is_packed_as_is_refused(stage: Stage) -> None:
    headers = {"Authorization": f"Bearer {stage.token()}", "Content-Encoding": "gzip"}
    url = stage.bot.make_url("/api/messages")
    async with stage.client.post(url, data=msgspec.json.encode(stage.activity()), headers=headers) as answer:
        assert answer.status == 400
        assert "Traceback" not in await answer.text()


async def test_more_than_256_kilobytes_are_too_much(stage: Stage) -> None:
    status, body = await stage.send(stage.activity(text="x" * 262_144))
    assert (status, set(body)) == (413, {"error"})
    assert (await stage.send(stage.activity(text="x" * 200_000)))[0] == 200


async def no_activity(stage: Stage, sent: Any) -> None:
    status, body = await stage.send(sent)
    assert status == 400
    assert set(body) == {"error"}
    assert len(body["error"]) <= 300
    assert "Traceback" not in body["error"]
    assert (stage.ear.lines, stage.ear.presses, stage.calls) == ([], [], [])
