"""What a channel is called, asked of Teams: the connector's answers, also the broken ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from msgspec.structs import replace

from bot.model import Conversation
from bot.ports import TryLater, Undeliverable
from tests.support.teams_stage import CHANNEL, TENANT, Scripted, Stage

ALERTS = "19:alerts@thread.tacv2"
TEAM = {"id": CHANNEL, "name": " Identity\noperations", "aadGroupId": "group-1", "channelCount": 2}
CHANNELS = {"conversations": [{"id": CHANNEL, "name": None}, {"id": ALERTS, "name": "Identity alerts"}]}


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        yield await Stage().enter(stack)


def channel(stage: Stage, **facts: Any) -> Conversation:
    return replace(Conversation(id=ALERTS, tenant_id=TENANT, service_url=stage.url, team_id=CHANNEL), **facts)


async def test_a_channel_gets_its_name_and_its_teams(stage: Stage) -> None:
    stage.script.extend([Scripted(body=TEAM), Scripted(body=CHANNELS)])
    found = await stage.teams.named(channel(stage))
    assert (found.name, found.team_name, found.team_group_id) == ("Identity alerts", "Identity operations", "group-1")
    quoted = "19%3Ageneral%40thread.tacv2"
    assert [(one.method, one.path) for one in stage.calls] == [
        ("GET", f"teams/{quoted}"),
        ("GET", f"teams/{quoted}/conversations"),
    ]
    assert {one.authorization for one in stage.calls} == {"Bearer the-bots-own-token"}


async def test_only_what_is_not_known_is_asked_for(stage: Stage) -> None:
    stage.script.append(Scripted(body=CHANNELS))
    found = await stage.teams.named(channel(stage, team_name="Mine"))
    assert (found.name, found.team_name) == ("Identity alerts", "Mine")
    assert len(stage.calls) == 1


async def test_general_has_no_name_in_teams_and_its_team_is_asked_for_alone(stage: Stage) -> None:
    stage.script.append(Scripted(body=TEAM))
    found = await stage.teams.named(channel(stage, id=CHANNEL))
    assert (found.name, found.team_name) == ("", "Identity operations")
    assert len(stage.calls) == 1


async def test_a_channel_that_is_not_in_the_list_stays_without_a_name(stage: Stage) -> None:
    stage.script.extend([Scripted(body=TEAM), Scripted(body={"conversations": []})])
    assert (await stage.teams.named(channel(stage))).name == ""


@pytest.mark.parametrize(
    "body", ["", "no json", "[" * 100_000, "[]", '{"conversations": 7}', '{"conversations": [{}]}']
)
async def test_an_answer_that_makes_no_sense_is_none(stage: Stage, body: str) -> None:
    stage.script.append(Scripted(body=body))
    with pytest.raises(Undeliverable, match="did not say what its channels are called"):
        await stage.teams.named(channel(stage, team_name="Mine"))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Scripted(403, {"error": {"code": "BotNotInConversationRoster"}}), Undeliverable),
        (Scripted(404, {"error": {"code": "NotFound"}}), Undeliverable),
        (Scripted(429, {}, {"Retry-After": "7"}), TryLater),
        (Scripted(drop=True), TryLater),
    ],
)
async def test_a_refusal_is_told_in_the_ports_words(stage: Stage, answer: Scripted, error: type[Exception]) -> None:
    stage.script.extend([answer, answer])  # a connection that breaks while nothing was sent back is made anew once
    with pytest.raises(error):
        await stage.teams.named(channel(stage))
