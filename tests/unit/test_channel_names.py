"""Channels that the bot met by a message: their names are asked for once, and nothing hangs on the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot import channel_names
from bot.adapters.store import Store
from bot.model import Conversation, ConversationKind
from bot.ports import TryLater, Undeliverable
from tests.support.make import CHANNEL, job
from tests.support.talk import Talk, shown

ALERTS = replace(CHANNEL, id="19:alerts@thread.tacv2", name="")


class Teams:
    """Names channels, or raises what it is told to, or never answers."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.error: Exception | None = None
        self.silent = False

    async def named(self, channel: Conversation) -> Conversation:
        self.asked.append(channel.id)
        if self.silent:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error
        name = "" if channel.id == channel.team_id else "Identity alerts"
        return replace(channel, name=name, team_name="Identity operations")


@pytest.fixture
def teams() -> Teams:
    return Teams()


@pytest.fixture
async def talk(tmp_path: Path, teams: Teams) -> AsyncIterator[Talk]:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    yield Talk(store, [job()], naming=teams.named)
    await store.close()


async def test_a_channel_is_called_by_its_name_from_the_first_message_on(talk: Talk, teams: Teams) -> None:
    await talk.say("watch", place=ALERTS)
    assert "Identity alerts in Identity operations" in shown(await talk.say("routes", place=ALERTS))
    assert teams.asked == [ALERTS.id]


async def test_general_has_its_name_by_itself(talk: Talk, teams: Teams) -> None:
    await talk.say("watch", place=replace(CHANNEL, name="", team_name="Identity operations"))
    assert "General in Identity operations" in shown(await talk.say("routes", place=ALERTS))
    assert teams.asked == [ALERTS.id]


async def test_an_installation_names_its_channel_before_the_welcome(talk: Talk, teams: Teams) -> None:
    await talk.chat.joined(replace(CHANNEL, name=""), installed=True)
    assert "General in Identity operations" in shown(await talk.say("routes", place=CHANNEL))
    assert teams.asked == [CHANNEL.id]


@pytest.mark.parametrize(
    "place",
    [
        replace(ALERTS, name="Mine", team_name="Ours"),
        replace(ALERTS, team_id=""),
        replace(ALERTS, kind=ConversationKind.GROUP, team_id=""),
        replace(ALERTS, kind=ConversationKind.PERSONAL, team_id=""),
    ],
)
async def test_nobody_is_asked_where_nothing_is_missing_or_there_is_no_team(
    talk: Talk, teams: Teams, place: Conversation
) -> None:
    await talk.say("jobs", place=place)
    assert teams.asked == []


@pytest.mark.parametrize("error", [TryLater("later"), Undeliverable("never")])
async def test_a_name_that_cannot_be_learnt_is_asked_for_again_an_hour_later(
    talk: Talk, teams: Teams, error: Exception
) -> None:
    teams.error = error
    await talk.say("watch", place=ALERTS)
    assert "channel Every incident" in shown(await talk.say("routes", place=ALERTS))
    assert teams.asked == [ALERTS.id]
    teams.error = None
    talk.now.forward(minutes=61)
    assert "Identity alerts in Identity operations" in shown(await talk.say("routes", place=ALERTS))


async def test_an_answer_does_not_wait_for_a_name_for_long(
    talk: Talk, teams: Teams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_names, "PATIENCE", 0.01)
    teams.silent = True
    assert "every incident" in shown(await talk.say("watch", place=ALERTS))


async def test_a_new_name_that_teams_tells_is_taken_over(talk: Talk, teams: Teams) -> None:
    await talk.say("watch", place=ALERTS)
    await talk.chat.joined(replace(ALERTS, name="Alerts"), installed=False)
    await talk.say("jobs", place=ALERTS)
    assert "Alerts in Identity operations" in shown(await talk.say("routes", place=ALERTS))
    assert teams.asked == [ALERTS.id]
