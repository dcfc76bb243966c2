"""People and the adapter, with the sandbox's front door between them: every activity is signed, every call needs a token."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest
from aiohttp.test_utils import TestServer

from bot.adapters.teams import Teams
from bot.ports import Answer
from bot.web import application
from sandbox.door import Door
from sandbox.faults import Fault, Faults
from sandbox.keys import ISSUER
from sandbox.memory_teams import MemoryTeams
from sandbox.server import Sandbox
from sandbox.teams import general, personal_chat
from sandbox.tenant import Tenant
from tests.support.stand_in import card
from tests.support.teams_stage import Ear


class Scene:
    """Ada and her colleagues, the door, and the bot with a listener that answers a constant card."""

    async def enter(self, stack: AsyncExitStack) -> Scene:
        self.tenant, self.faults, self.ear = Tenant(story="quiet"), Faults(), Ear()
        self.ear.answer = self.ear.welcome = Answer(card=card("Hello", "Ack"), summary="Hello")
        self.box = await stack.enter_async_context(Sandbox(self.tenant, self.faults))
        self.bot = Teams(
            app_id=self.tenant.app_id,
            tenant_id=self.tenant.id,
            openid_url=self.box.environment()["BOT_OPENID_URL"],
            issuer=ISSUER,
            token=self._token,
            listener=self.ear,
            clock=lambda: datetime.now(UTC),
            ca_file=self.box.ca_file,
        )
        stack.push_async_callback(self.bot.close)
        server = TestServer(application(receive=self.bot.receive, problems=self.bot.problems), host="127.0.0.1")
        await stack.enter_async_context(server)
        self.people = MemoryTeams(self.tenant)
        url = str(server.make_url("/api/messages"))
        door = Door(self.tenant, self.faults, self.people, sign=self.box.token, bot_url=url)
        self.door = await stack.enter_async_context(door)
        self.people.through(self.door)
        return self

    async def _token(self) -> str:
        return self.tenant.tokens.issue("https://api.botframework.com/.default")


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        yield await Scene().enter(stack)


async def test_somebody_who_asks_is_answered_in_the_thread(scene: Scene) -> None:
    assert (await scene.people.say("status workday")).ok
    (shown,) = scene.people.cards()
    assert shown.thread
    assert [line.text for line in scene.ear.lines] == ["status workday"]
    assert scene.ear.lines[0].person.id == scene.tenant.admins[0]["id"]
    assert scene.ear.lines[0].conversation.id == general(scene.tenant)


async def test_a_private_chat_is_private(scene: Scene) -> None:
    ben = scene.tenant.admins[1]
    await scene.people.say("help", ben, personal_chat(ben))
    assert len(scene.people.cards(personal_chat(ben), ben)) == 1
    assert scene.ear.lines[0].conversation.user_id == ben["id"]


async def test_a_button_changes_the_card_of_the_one_who_pressed_it(scene: Scene) -> None:
    await scene.people.say("help")
    scene.ear.answer = Answer(card=card("Acknowledged"), in_place=True)
    reply = await scene.people.press(scene.people.cards()[0], "Ack")
    assert reply.body["type"] == "application/vnd.microsoft.card.adaptive"
    assert scene.ear.presses[0].card_id == scene.people.cards()[0].id
    assert scene.people.cards()[0].text.startswith("Acknowledged")


async def test_the_installation_is_welcomed_once_though_teams_tells_it_twice(scene: Scene) -> None:
    await scene.door.install()
    assert [installed for _, installed in scene.ear.joins] == [True]
    assert [shown.summary for shown in scene.people.cards()] == ["Hello"]


async def test_a_token_that_the_sandbox_signed_for_another_door_does_not_open(scene: Scene) -> None:
    sign = scene.box.token
    elsewhere = Door(scene.tenant, scene.faults, scene.people, sign=lambda _: sign("x"), bot_url=scene.door.bot_url)
    async with elsewhere as door:
        scene.people.through(door)
        assert (await scene.people.say("help")).status == 401
    assert scene.ear.lines == []


async def test_keys_that_roll_over_are_found_over_tls(scene: Scene) -> None:
    await scene.people.say("help")
    scene.box.keys.rotate()
    assert (await scene.people.say("help")).ok
    assert len(scene.people.cards()) == 2


async def test_a_throttled_answer_is_said_when_its_time_has_come(scene: Scene) -> None:
    scene.faults.add(Fault(area="door", kind="status", status=429, retry_after=0))
    await scene.people.say("help")
    assert len(scene.people.cards()) == 1
