"""Teams in memory at its worst: windows, refusals, faults by lot, a server that is gone, conversations that move."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.adapters.teams.faults import MEANINGS
from sandbox.door import Door
from sandbox.faults import Fault, Faults
from sandbox.memory_refusals import DOCUMENTED, refusal
from sandbox.memory_teams import MemoryTeams
from sandbox.teams import general, personal_chat
from sandbox.tenant import Tenant
from sandbox.windows import Windows
from tests.support.tenant_box import Dial

NOTE = {"type": "message", "text": "a note"}


class Stage:
    """The door and the connector behind it, called with a good token; the clock stands still."""

    async def enter(self, stack: AsyncExitStack, *, limits: bool = False) -> Stage:
        self.clock = Dial()
        self.tenant = Tenant(story="quiet", clock=self.clock)
        self.faults, self.teams = Faults(self.tenant.clock), MemoryTeams(self.tenant, limits=limits)
        door = Door(self.tenant, self.faults, self.teams, sign=lambda _: "", bot_url="http://127.0.0.1:1/")
        self.door = await stack.enter_async_context(door)
        self.client = await stack.enter_async_context(aiohttp.ClientSession())
        self.token = self.tenant.tokens.issue("https://api.botframework.com/.default")
        return self

    async def call(self, path: str, body: dict[str, Any] = NOTE, *, url: str = "", method: str = "POST") -> int:
        headers = {"Authorization": f"Bearer {self.token}"}
        at = f"{url or self.door.url}v3/{path}"
        async with self.client.request(method, at, json=body, headers=headers) as answer:
            self.retry_after = answer.headers.get("Retry-After")
            return answer.status

    async def say(self, conversation: str) -> int:
        return await self.call(f"conversations/{conversation}/activities")


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        yield await Stage().enter(stack)


# --- Windows -----------------------------------------------------------------------------------------------------------


def fits(windows: Windows, clock: Dial, conversation: str, every: float, calls: int) -> int:
    """How many of so many calls, evenly spaced, are let through."""
    through = 0
    for _ in range(calls):
        through += windows.take(conversation) is None
        clock.turn(seconds=every)
    return through


@pytest.mark.parametrize(("seconds", "most"), [(1, 7), (2, 8), (30, 60), (3600, 1800)])
def test_each_of_the_four_windows_lets_its_number_through_and_not_one_more(seconds: int, most: int) -> None:
    clock = Dial()
    windows = Windows(clock, each=((seconds, most),), in_all=((1, 10_000),))
    assert fits(windows, clock, "19:a", seconds / (most * 2), most * 2) == most
    assert windows.take("19:a") is None, "the first of them are out of the window by now"


def test_all_four_hold_at_once_and_each_conversation_has_its_own() -> None:
    clock = Dial()
    windows = Windows(clock)
    assert fits(windows, clock, "19:a", 0, 20) == 7
    assert fits(windows, clock, "19:b", 0, 20) == 7
    clock.turn(seconds=1)
    assert fits(windows, clock, "19:a", 0, 20) == 1


def test_fifty_a_second_is_the_most_for_all_conversations_together() -> None:
    clock = Dial()
    windows = Windows(clock)
    taken = [windows.take(f"a:{number}") for number in range(80)]
    assert (taken.count(None), taken[-1]) == (50, 1)
    clock.turn(seconds=1)
    assert windows.take("a:0") is None


async def test_a_refused_call_says_for_how_long_to_stay_away_and_is_counted() -> None:
    async with AsyncExitStack() as stack:
        stage = await Stage().enter(stack, limits=True)
        answers = Counter([await stage.say(general(stage.tenant)) for _ in range(10)])
        assert answers == {201: 7, 429: 3}
        assert (stage.retry_after, stage.teams.throttled) == ("1", 3)
        root = stage.teams.messages[0].id
        assert await stage.say(f"{general(stage.tenant)};messageid={root}") == 429, "threads count with their channel"
        stage.clock.turn(seconds=2)
        assert await stage.say(general(stage.tenant)) == 201


# --- Refusals ----------------------------------------------------------------------------------------------------------


def test_the_sandbox_can_refuse_with_everything_that_the_bot_knows() -> None:
    assert set(MEANINGS) <= set(DOCUMENTED)


@pytest.mark.parametrize("code", DOCUMENTED)
async def test_a_conversation_refuses_as_it_was_told_until_it_is_allowed_again(stage: Stage, code: str) -> None:
    where = general(stage.tenant)
    stage.teams.refuse(where, code)
    assert await stage.say(where) == refusal(code).status
    assert await stage.say(f"{where};messageid=1") == refusal(code).status
    stage.teams.allow(where)
    assert await stage.say(where) == 201


async def test_a_person_without_the_app_cannot_be_spoken_to_until_it_is_installed(stage: Stage) -> None:
    person = stage.tenant.world.people[50].in_teams
    body = {"members": [{"id": person["id"].upper()}]}
    assert await stage.call("conversations", body) == 403
    assert await stage.say(personal_chat(person)) == 403
    assert stage.tenant.apps.install(person["id"])
    assert not stage.tenant.apps.install(person["id"])
    assert await stage.call("conversations", body) == 201
    assert await stage.say(personal_chat(person)) == 201
    stage.tenant.apps.remove(person["id"])
    assert await stage.say(personal_chat(person)) == 403
    assert stage.teams.created == 1


async def test_there_may_be_as_many_conversations_as_a_test_needs(stage: Stage) -> None:
    assert await stage.say("a:new") == 404
    stage.teams.know(*(f"a:{number}" for number in range(10_000)), "a:new")
    assert await stage.say("a:new") == 201


# --- Faults ------------------------------------------------------------------------------------------------------------


async def test_a_part_of_the_calls_meets_a_fault_by_lot_and_they_are_counted(stage: Stage) -> None:
    stage.faults.add(Fault(area="door", kind="status", status=429, retry_after=0, rate=0.05, times=0))
    stage.faults.add(Fault(area="door", kind="status", status=503, rate=0.05, times=0))
    answers = Counter([await stage.say(general(stage.tenant)) for _ in range(1_000)])
    assert 25 <= answers[429] <= 80
    assert 25 <= answers[503] <= 80
    assert stage.faults.met["door"] == answers[429] + answers[503]
    assert answers[201] == len(stage.teams.messages)


async def test_answers_are_dropped_by_lot_after_the_work_was_done(stage: Stage) -> None:
    stage.faults.add(Fault(area="door", kind="drop_after", rate=0.3, times=0))
    dropped = 0
    for _ in range(60):
        try:
            await stage.say(general(stage.tenant))
        except aiohttp.ClientError:
            dropped += 1
    assert 5 < dropped < 40
    assert len(stage.teams.messages) == 60


async def test_a_fault_may_bear_a_documented_code(stage: Stage) -> None:
    stage.faults.add(Fault(area="door", kind="status", status=412, code="PreconditionFailed"))
    headers = {"Authorization": f"Bearer {stage.token}"}
    url = f"{stage.door.url}v3/conversations/{general(stage.tenant)}/activities"
    async with stage.client.post(url, json=NOTE, headers=headers) as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (412, "PreconditionFailed")


async def test_a_server_that_is_gone_refuses_connections_and_comes_back_at_the_same_address(stage: Stage) -> None:
    where, url = general(stage.tenant), stage.door.url
    assert await stage.say(where) == 201
    await stage.door.close()
    for _ in range(2):
        with pytest.raises(aiohttp.ClientConnectorError):
            await stage.call(f"conversations/{where}/activities", url=url)
    await stage.door.open()
    assert await stage.say(where) == 201
    assert len(stage.teams.messages) == 2


# --- Addresses ---------------------------------------------------------------------------------------------------------


async def test_a_conversation_that_moved_answers_at_its_new_address_only(stage: Stage) -> None:
    where, other = general(stage.tenant), stage.tenant.team["channels"][1]["id"]
    stage.door.move(where, "emea")
    new = stage.door.address(where)
    assert new == f"{stage.door.url}emea/"
    path = f"conversations/{where}/activities"
    create = {"channelData": {"channel": {"id": where}}, "activity": NOTE}
    assert [await stage.call(path), await stage.call("conversations", create)] == [403, 403]
    assert [await stage.call(path, url=new), await stage.call("conversations", create, url=new)] == [201, 201]
    assert [await stage.say(other), await stage.call(f"conversations/{other}/activities", url=new)] == [201, 403]


async def test_a_persons_chat_may_live_at_another_address_before_it_is_opened(stage: Stage) -> None:
    person = stage.tenant.admins[1]
    stage.door.move(personal_chat(person), "amer")
    body = {"members": [{"id": f"29:{person['id']}"}]}
    assert await stage.call("conversations", body) == 403
    assert await stage.call("conversations", body, url=stage.door.address(personal_chat(person))) == 201


def test_the_clock_of_the_windows_is_the_tenants() -> None:
    clock = Dial()
    tenant = Tenant(story="quiet", clock=clock)
    windows = Windows(tenant.clock)
    assert [windows.take("19:a") for _ in range(8)][-1] == 1
    tenant.skip(timedelta(seconds=1).total_seconds())
    assert windows.take("19:a") is None
