"""What a channel and its team are called, asked of Teams: what is typed there carries their ids alone."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from bot.adapters.teams.connector import Connector
from bot.model import Conversation
from bot.places import is_general
from bot.ports import Undeliverable


class _Channel(msgspec.Struct):
    """One of a team; General has no name, since each client has its own word for it."""

    id: str
    name: str | None = None


class _Channels(msgspec.Struct):
    conversations: list[_Channel]


class _Team(msgspec.Struct, rename="camel"):
    name: str | None = None
    aad_group_id: str | None = None


async def named(connector: Connector, channel: Conversation) -> Conversation:
    """The channel with the names that it lacks, as far as Teams tells them. Raises TryLater or Undeliverable."""
    try:
        return await _of_channel(connector, await _of_team(connector, channel))
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Undeliverable("Teams did not say what its channels are called") from error


async def _of_team(connector: Connector, channel: Conversation) -> Conversation:
    if channel.team_name:
        return channel
    team = msgspec.json.decode(await connector.team(channel.team_id), type=_Team)
    return replace(channel, team_name=_tidy(team.name), team_group_id=channel.team_group_id or _tidy(team.aad_group_id))


async def _of_channel(connector: Connector, channel: Conversation) -> Conversation:
    if channel.name or is_general(channel):
        return channel
    told = msgspec.json.decode(await connector.channels(channel.team_id), type=_Channels)
    name = next((each.name for each in told.conversations if each.id == channel.id), None)
    return replace(channel, name=_tidy(name))


def _tidy(name: str | None) -> str:
    return " ".join((name or "").split())
