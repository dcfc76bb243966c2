"""The front door between Teams' client and the bot, with Teams in memory behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.door import Door
from sandbox.faults import Fault, Faults
from sandbox.memory_teams import MemoryTeams
from sandbox.server import Sandbox
from sandbox.teams import Reply, bot_id, general, group_chat, personal_chat
from sandbox.tenant import Tenant
from tests.support.stand_in import StandIn, card, message


class Stage:
    """A tenant with a door, Teams in memory behind it, and the stand-in as its bot."""

    box: Sandbox
    bot: StandIn
    teams: MemoryTeams
    door: Door

    async def enter(self, stack: AsyncExitStack, *, limits: bool = False) -> Stage:
        self.tenant = Tenant(story="quiet")
        self.faults = Faults()
        self.box = await stack.enter_async_context(Sandbox(self.tenant, self.faults))
        self.bot = StandIn(self.box.environment())
        server = await stack.enter_async_context(TestServer(self.bot.app, host="127.0.0.1"))
        self.teams = MemoryTeams(self.tenant, limits=limits)
        url = str(server.make_url("/api/messages"))
        door = Door(self.tenant, self.faults, self.teams, sign=self.box.token, bot_url=url)
        self.door = await stack.enter_async_context(door)
        self.teams.through(self.door)
        return self

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        return await self.bot.call(method, f"{self.door.url}v3/{path}", body or {})

    def here(self, number: str = "") -> str:
        return f"conversations/{general(self.tenant)}/activities{'/' if number else ''}{number}"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        yield await Stage().enter(stack)


async def test_the_bot_is_told_that_it_was_installed_and_greets_unasked(stage: Stage) -> None:
    await stage.door.install()
    assert [one["type"] for one in stage.bot.heard] == ["installationUpdate", "conversationUpdate"]
    assert [one.text for one in stage.teams.cards()] == ["Three users fail\nAcknowledge"]


async def test_the_installation_is_told_again_until_the_bot_is_ready(stage: Stage) -> None:
    answers = iter([503, 401, 200, 200])
    told = 0

    async def slow_to_wake(_: web.Request) -> web.Response:
        nonlocal told
        told += 1
        return web.Response(status=next(answers))

    app = web.Application()
    app.router.add_post("/", slow_to_wake)
    async with TestServer(app) as server:
        stage.door.bot_url = str(server.make_url("/"))
        await stage.door.install(pause=0)
    assert told == 4


async def test_an_activity_is_signed_for_the_doors_own_service_url(stage: Stage) -> None:
    await stage.teams.say("jobs")
    token = stage.bot.authorizations[0].removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["serviceurl"] == stage.bot.heard[0]["serviceUrl"] == stage.door.url
    assert claims["aud"] == stage.tenant.app_id


async def test_what_the_playground_leaves_out_is_filled_in_as_teams_would(stage: Stage) -> None:
    bare = {
        "type": "invoke",
        "name": "adaptiveCard/action",
        "from": {"id": f"29:{stage.tenant.admins[2]['id']}"},
        "conversation": {"id": "a:somewhere"},
        "value": {"action": {"type": "Action.Execute", "verb": "ack"}},
        "channelId": "emulator",
        "serviceUrl": "http://elsewhere/",
    }
    async with aiohttp.ClientSession() as client, client.post(f"{stage.door.url}api/messages", json=bare):
        pass
    heard = stage.bot.heard[0]
    assert (heard["channelId"], heard["serviceUrl"]) == ("msteams", stage.door.url)
    assert heard["from"]["aadObjectId"] == stage.tenant.admins[2]["id"]
    assert heard["conversation"]["tenantId"] == heard["channelData"]["tenant"]["id"] == stage.tenant.id
    assert heard["value"]["trigger"] == "manual"


async def test_a_stranger_counts_as_the_playgrounds_own_user(stage: Stage) -> None:
    sent = {"type": "message", "text": "hi", "from": {"id": "nobody"}, "conversation": {"id": general(stage.tenant)}}
    async with aiohttp.ClientSession() as client:
        await client.post(f"{stage.door.url}api/messages", json=sent)
    assert stage.bot.heard[0]["from"]["aadObjectId"] == stage.tenant.admins[0]["id"]


async def test_an_installation_is_news_only_once(stage: Stage) -> None:
    added = {"type": "installationUpdate", "action": "add", "conversation": {"id": general(stage.tenant)}}
    await stage.door.install()
    async with aiohttp.ClientSession() as client:
        for activity in (added, {**added, "action": "remove"}, added):
            await client.post(f"{stage.door.url}api/messages", json=activity)
    told = [one["action"] for one in stage.bot.heard if one["type"] == "installationUpdate"]
    assert told == ["add", "remove", "add"]


async def test_a_team_has_the_app_once_and_not_in_each_of_its_channels(stage: Stage) -> None:
    second = stage.tenant.team["channels"][1]["id"]
    await stage.door.install()
    told = len(stage.bot.heard)
    async with aiohttp.ClientSession() as client:
        for activity in as_the_playground_opens(stage, second):
            answer = await client.post(f"{stage.door.url}api/messages", json=activity)
            assert answer.status == 200
    assert len(stage.bot.heard) == told
    await stage.teams.say("jobs", conversation=second)
    assert "jobs" in stage.teams.cards(second)[-1].text


async def test_the_app_is_added_to_a_group_chat_when_it_is_opened_first(stage: Stage) -> None:
    chat = group_chat(stage.tenant)
    await stage.door.install()
    told = len(stage.bot.heard)
    async with aiohttp.ClientSession() as client:
        for _ in range(2):
            for activity in as_the_playground_opens(stage, chat):
                await client.post(f"{stage.door.url}api/messages", json=activity)
    assert [one["type"] for one in stage.bot.heard[told:]] == ["installationUpdate", "conversationUpdate"]


def as_the_playground_opens(stage: Stage, conversation: str) -> list[dict[str, Any]]:
    """What it sends when a conversation is first looked at."""
    where = {"conversation": {"id": conversation}}
    joined = {"type": "conversationUpdate", "membersAdded": [{"id": bot_id(stage.tenant)}], **where}
    return [{"type": "installationUpdate", "action": "add", **where}, joined]


async def test_a_button_answers_its_presser_and_changes_the_card_for_everybody(stage: Stage) -> None:
    await stage.teams.say("jobs")
    (shown,) = stage.teams.cards()
    reply = await stage.teams.press(shown, "Acknowledge")
    assert reply.body["statusCode"] == 200
    for person in stage.tenant.admins:
        (now,) = stage.teams.cards(person=person)
        assert now.id == shown.id
        assert now.text.endswith("acknowledged")


async def test_only_the_presser_sees_the_card_in_the_answer(stage: Stage) -> None:
    await stage.teams.say("jobs")
    stage.faults.add(Fault(area="door", kind="status", status=503, match="activities/"))
    await stage.teams.press(stage.teams.cards()[0], "acknowledge")
    assert stage.teams.cards()[0].text.endswith("acknowledged")
    assert not stage.teams.cards(person=stage.tenant.admins[1])[0].text.endswith("acknowledged")


async def test_a_button_that_is_not_there_is_named(stage: Stage) -> None:
    await stage.teams.say("jobs")
    with pytest.raises(LookupError, match="no button 'Restart'; it has Acknowledge"):
        await stage.teams.press(stage.teams.cards()[0], "Restart")


async def test_a_bot_that_is_away_is_said_to_be_away(stage: Stage) -> None:
    stage.door.bot_url = "http://127.0.0.1:1/"
    reply = await stage.teams.say("jobs", stage.tenant.admins[1], personal_chat(stage.tenant.admins[1]))
    assert (reply.status, reply.body["error"]["code"]) == (502, "BotUnreachable")


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer made-up", "bearer {token}", "Basic {token}"])
async def test_only_a_token_of_the_login_opens_the_connector(stage: Stage, authorization: str) -> None:
    token = stage.tenant.tokens.issue("https://api.botframework.com/.default")
    headers = {"Authorization": authorization.format(token=token)}
    async with aiohttp.ClientSession() as client:
        answer = await client.post(f"{stage.door.url}v3/{stage.here()}", json={"type": "message"}, headers=headers)
    assert answer.status == 401
    assert stage.teams.messages == []


async def test_a_token_for_graph_does_not_open_the_connector(stage: Stage) -> None:
    token = stage.tenant.tokens.issue("https://graph.microsoft.com/.default")
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession() as client:
        answer = await client.post(f"{stage.door.url}v3/{stage.here()}", json={"type": "message"}, headers=headers)
    assert answer.status == 401


@pytest.mark.parametrize(("header", "value"), [("Host", "evil.example"), ("Origin", "https://evil.example")])
async def test_other_hosts_and_web_pages_are_refused(stage: Stage, header: str, value: str) -> None:
    async with aiohttp.ClientSession() as client:
        answer = await client.post(f"{stage.door.url}api/messages", json={}, headers={header: value})
    assert answer.status in (403, 421)
    assert stage.bot.heard == []


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"\xff\xfe"])
async def test_a_body_that_is_no_object_is_refused(stage: Stage, body: bytes) -> None:
    async with aiohttp.ClientSession() as client:
        answer = await client.post(f"{stage.door.url}api/messages", data=body)
    assert answer.status == 400


async def test_what_the_bot_posted_is_remembered_for_graph_to_read_back(stage: Stage) -> None:
    _, first = await stage.call("POST", stage.here(), message(card("one")))
    root = f"conversations/{general(stage.tenant)};messageid={first['id']}/activities"
    _, note = await stage.call("POST", root, {"type": "message", "text": "a note"})
    await stage.call("PUT", stage.here(first["id"]), message(card("two")))
    kept = stage.tenant.messages[general(stage.tenant)]
    assert [(one["id"], one["thread"]) for one in kept] == [(first["id"], ""), (note["id"], first["id"])]
    assert kept[0]["activity"]["attachments"][0]["content"] == card("two")
    await stage.call("DELETE", stage.here(first["id"]))
    assert [one["id"] for one in kept] == [note["id"]]


async def test_a_thread_that_is_created_is_remembered_under_its_channel(stage: Stage) -> None:
    body = {
        "isGroup": True,
        "channelData": {"channel": {"id": general(stage.tenant)}},
        "activity": message(card("new")),
    }
    status, made = await stage.call("POST", "conversations", body)
    assert (status, made["id"]) == (201, f"{general(stage.tenant)};messageid={made['activityId']}")
    (kept,) = stage.tenant.messages[general(stage.tenant)]
    assert (kept["id"], kept["thread"]) == (made["activityId"], "")


@pytest.mark.parametrize("who", ["29:{id}", "{id}"])
async def test_a_chat_with_a_person_is_created_once(stage: Stage, who: str) -> None:
    person = stage.tenant.admins[3]
    body = {"isGroup": False, "members": [{"id": who.format(id=person["id"])}], "tenantId": stage.tenant.id}
    first, second = await stage.call("POST", "conversations", body), await stage.call("POST", "conversations", body)
    assert first == second == (201, {"id": personal_chat(person)})


async def test_a_fault_is_met_and_counted_and_nothing_is_posted(stage: Stage) -> None:
    stage.faults.add(Fault(area="door", kind="status", status=429, retry_after=7))
    assert (await stage.call("POST", stage.here(), message(card("one"))))[0] == 429
    assert stage.faults.count("door", "/activities") == 1
    assert stage.teams.cards() == []
    assert stage.tenant.messages == {}


async def test_a_post_whose_answer_is_lost_has_been_posted_and_can_be_read_back(stage: Stage) -> None:
    stage.faults.add(Fault(area="door", kind="drop_after"))
    with pytest.raises(aiohttp.ClientError):
        await stage.call("POST", stage.here(), message(card("one")))
    assert len(stage.teams.cards()) == len(stage.tenant.messages[general(stage.tenant)]) == 1


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("POST", "conversations/19:unknown@thread.tacv2/activities", 404, "ConversationNotFound"),
        ("POST", "conversations/{general};messageid=1/activities", 404, "ConversationNotFound"),
        ("PUT", "conversations/{general}/activities/1", 404, "ActivityNotFoundInConversation"),
        ("DELETE", "conversations/{general}/activities/1", 404, "ActivityNotFoundInConversation"),
        ("GET", "conversations/{general}/members/29:nobody", 404, "MemberNotFoundInConversation"),
        ("POST", "conversations", 403, "ForbiddenOperationException"),
        ("GET", "nothing", 404, "NotFound"),
    ],
)
async def test_teams_refuses_in_its_own_words(stage: Stage, method: str, path: str, status: int, code: str) -> None:
    found, body = await stage.call(method, path.format(general=general(stage.tenant)))
    assert (found, body["error"]["code"]) == (status, code)
    assert stage.tenant.messages == {}


async def test_a_message_beyond_teams_size_is_refused(stage: Stage) -> None:
    assert (await stage.call("POST", stage.here(), {"type": "message", "text": "ä" * 60_000}))[0] == 413
    assert (await stage.call("POST", stage.here(), {"type": "message", "text": "x" * 300_000}))[0] == 413


async def test_text_and_a_card_in_one_become_two_messages_without_an_id(stage: Stage) -> None:
    assert await stage.call("POST", stage.here(), {**message(card("one")), "text": "hello"}) == (202, None)
    assert len(stage.teams.messages) == 2


async def test_a_closed_conversation_answers_as_it_was_told(stage: Stage) -> None:
    stage.teams.closed[general(stage.tenant)] = Reply(
        status=403, body={"error": {"code": "BotNotInConversationRoster"}}
    )
    assert (await stage.call("POST", stage.here(), message(card("one"))))[0] == 403


async def test_the_roster_and_the_team_can_be_asked(stage: Stage) -> None:
    where = f"conversations/{general(stage.tenant)}"
    _, everybody = await stage.call("GET", f"{where}/members")
    _, page = await stage.call("GET", f"{where}/pagedmembers?pageSize=100")
    assert [one["aadObjectId"] for one in everybody] == [one["id"] for one in stage.tenant.admins]
    assert page["members"] == everybody
    _, team = await stage.call("GET", f"teams/{general(stage.tenant)}")
    assert team["aadGroupId"] == stage.tenant.team["groupId"]
    _, channels = await stage.call("GET", f"teams/{general(stage.tenant)}/conversations")
    assert [one["name"] for one in channels["conversations"]] == [None, "Identity alerts"]


async def test_teams_windows_throttle_a_thread_and_say_for_how_long() -> None:
    async with AsyncExitStack() as stack:
        stage = await Stage().enter(stack, limits=True)
        answers = [(await stage.call("POST", stage.here(), message(card(str(one)))))[0] for one in range(9)]
        assert answers.count(429) >= 1
        stage.tenant.skip(60)
        assert (await stage.call("POST", stage.here(), message(card("later"))))[0] == 201


async def test_people_can_wait_for_what_the_bot_says(stage: Stage) -> None:
    await stage.teams.say("jobs")
    shown = await stage.teams.until(lambda: [one for one in stage.teams.cards() if "jobs" in one.text])
    assert shown[0].buttons == ["Acknowledge"]
    assert shown[0].conversation == general(stage.tenant)
