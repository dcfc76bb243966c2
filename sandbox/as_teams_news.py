"""What Teams tells of its places: renamed, deleted, archived, restored; and that the app was removed."""

from __future__ import annotations

from sandbox.as_teams import activity
from sandbox.teams import Json, base, general, is_channel
from sandbox.tenant import Tenant

OF_CHANNELS = ("channelCreated", "channelRenamed", "channelDeleted", "channelRestored")
OF_TEAMS = ("teamRenamed", "teamArchived", "teamUnarchived", "teamDeleted", "teamHardDeleted", "teamRestored")


def news(event: str, conversation: str, tenant: Tenant, service_url: str, *, name: str = "") -> Json:
    """An event of a channel, or of the whole team; `name` is the new one where it has one."""
    about_team = event in OF_TEAMS
    where = general(tenant) if about_team else base(conversation)
    # Teams tells it in the team's first channel, whichever it is about.
    sent = activity("conversationUpdate", general(tenant), tenant.admins[0], tenant, service_url)
    data = sent["channelData"]
    data |= {"eventType": event, "channel": {"id": where, "name": name}}
    data["team"] |= {"name": tenant.team["name"], "aadGroupId": tenant.team["groupId"]}
    if about_team:
        del data["channel"], data["teamsChannelId"]
        data["team"]["name"] = name or tenant.team["name"]
    return sent


def removed(conversation: str, tenant: Tenant, service_url: str) -> Json:
    """The app was removed from a team, a group chat, or by a person for themselves."""
    who = next((one for one in tenant.everybody.values() if conversation.endswith(one["id"])), tenant.admins[0])
    sent = activity("installationUpdate", conversation, who, tenant, service_url)
    sent["action"] = "remove"
    if is_channel(conversation):
        sent["channelData"]["team"] |= {"name": tenant.team["name"], "aadGroupId": tenant.team["groupId"]}
    return sent
