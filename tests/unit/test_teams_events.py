"""What Teams tells about the bot coming and going becomes joins and leaves; all else is taken and passed over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from bot.model import ConversationState
from bot.ports import Answer
from tests.support.teams_stage import APP, CARD, CHANNEL, Json, Stage

BOT = f"28:{APP}"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        yield await Stage().enter(stack)


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
    assert [(place.id, place.state) for place in stage.ear.shut] == [(CHANNEL, ConversationState.REMOVED)]
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


@pytest.mark.parametrize(
    ("event", "state", "said"),
    [
        ("channelDeleted", ConversationState.DELETED, "The channel was deleted. The bot goes on if it is restored."),
        ("teamDeleted", ConversationState.TEAM_SHUT, "The team was deleted. The bot goes on if it is restored."),
        ("teamArchived", ConversationState.TEAM_SHUT, "The team was archived. The bot goes on as soon as it is active"),
    ],
)
async def test_a_place_that_is_shut_says_why_and_when_it_goes_on(
    stage: Stage, event: str, state: ConversationState, said: str
) -> None:
    await stage.send(change(stage, event))
    (shut,) = stage.ear.shut
    assert (shut.active, shut.state, stage.ear.gone) == (False, state, [])
    assert shut.closed.startswith(said)


async def test_a_team_that_is_deleted_for_good_is_gone_for_good(stage: Stage) -> None:
    await stage.send(change(stage, "teamHardDeleted"))
    assert [place.closed for place in stage.ear.gone] == ["The team was deleted for good."]


async def test_an_archived_team_is_left_until_it_is_heard_of_again(stage: Stage) -> None:
    await stage.send(change(stage, "teamArchived"))
    assert (len(stage.ear.shut), stage.ear.gone) == (1, [])
    await stage.send(change(stage, "teamUnarchived"))
    assert [installed for _, installed in stage.ear.joins] == [False]


async def test_a_bot_that_is_thrown_out_leaves_and_people_who_come_and_go_only_show_that_it_is_there(
    stage: Stage,
) -> None:
    await stage.send(change(stage, membersAdded=[{"id": "29:bob"}]))
    await stage.send(change(stage, membersRemoved=[{"id": "29:bob"}]))
    assert [installed for _, installed in stage.ear.joins] == [False, False]
    assert (stage.ear.shut, stage.ear.gone) == ([], [])
    await stage.send(change(stage, membersRemoved=[{"id": BOT}]))
    assert [place.state for place in stage.ear.shut] == [ConversationState.REMOVED]


@pytest.mark.parametrize(
    "kind", ["typing", "messageReaction", "messageUpdate", "event", "handoff", "a type of the year 2030", ""]
)
async def test_other_activities_are_taken_and_tell_only_where_the_conversation_lives(stage: Stage, kind: str) -> None:
    assert await stage.send(stage.activity(type=kind)) == (200, None)
    assert await stage.send(change(stage, "channelShared")) == (200, None)
    assert [(place.service_url, installed) for place, installed in stage.ear.joins] == [(stage.url, False)] * 2
    assert (stage.ear.lines, stage.ear.gone, stage.ear.shut, stage.calls) == ([], [], [], [])


async def test_an_installation_of_a_kind_that_is_not_known_is_taken_and_passed_over(stage: Stage) -> None:
    assert await stage.send(install(stage, "something new")) == (200, None)
    assert (stage.ear.joins, stage.ear.gone, stage.ear.shut) == ([], [], [])
