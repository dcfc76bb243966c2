"""What Teams sends: activities as it writes them, made anew or mended where the Playground falls short."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from sandbox.teams import BOT_NAME, Admin, Json, base, bot_id, general, is_channel, json_list, json_object, mri
from sandbox.tenant import Tenant


def mended(activity: Json, tenant: Tenant, service_url: str) -> Json:
    """The Playground's activity with the fields that Teams always fills: tenant, person, channel and trigger."""
    sent = json_object(activity.get("from"))
    return {
        **activity,
        "channelId": "msteams",
        "serviceUrl": service_url,
        "from": {**sent, "aadObjectId": _person(sent, tenant)},
        "recipient": {"id": bot_id(tenant), "name": BOT_NAME},
        "conversation": {**json_object(activity.get("conversation")), "tenantId": tenant.id},
        "channelData": {**json_object(activity.get("channelData")), "tenant": {"id": tenant.id}},
        **_with_trigger(activity),
    }


def activity(kind: str, conversation: str, admin: Admin, tenant: Tenant, service_url: str) -> Json:
    """The frame of every activity: who, where, when, for whom."""
    now = tenant.clock().astimezone(UTC)
    return {
        "type": kind,
        "id": str(uuid4()),
        "timestamp": f"{now:%Y-%m-%dT%H:%M:%S.%f}Z",
        "channelId": "msteams",
        "serviceUrl": service_url,
        "from": {"id": mri(admin), "name": admin["displayName"], "aadObjectId": admin["id"]},
        "recipient": {"id": bot_id(tenant), "name": BOT_NAME},
        "conversation": _conversation(conversation, tenant),
        "channelData": _channel_data(conversation, tenant),
        "locale": "en-US",
    }


def message(text: str, conversation: str, admin: Admin, tenant: Tenant, service_url: str) -> Json:
    """A typed line; in a channel or group chat it carries the bot's mention, without which the bot hears nothing."""
    line = activity("message", conversation, admin, tenant, service_url) | {"textFormat": "plain", "text": text}
    if not conversation.startswith("a:"):
        mention = f"<at>{BOT_NAME}</at>"
        line["text"] = f"{mention} {text}"
        line["entities"] = [{"type": "mention", "mentioned": {"id": bot_id(tenant), "name": BOT_NAME}, "text": mention}]
    return line


def press(action: Json, card_id: str, conversation: str, admin: Admin, tenant: Tenant, service_url: str) -> Json:
    """A button of the kind Action.Execute that somebody pressed."""
    return activity("invoke", conversation, admin, tenant, service_url) | {
        "name": "adaptiveCard/action",
        "replyToId": card_id,
        "value": {"action": action, "trigger": "manual"},
    }


def installed(conversation: str, admin: Admin, tenant: Tenant, service_url: str) -> tuple[Json, Json]:
    """The two activities that Teams sends when the app is added to a team or chat."""
    added = activity("installationUpdate", conversation, admin, tenant, service_url)
    joined = activity("conversationUpdate", conversation, admin, tenant, service_url)
    added["action"], joined["membersAdded"] = "add", [{"id": bot_id(tenant)}]
    if is_channel(conversation):
        joined["channelData"]["eventType"] = "teamMemberAdded"
        added["channelData"]["settings"] = {"selectedChannel": {"id": base(conversation)}}
        for one in (added, joined):
            one["channelData"]["team"] |= {"name": tenant.team["name"], "aadGroupId": tenant.team["groupId"]}
    return added, joined


def announces(activity: Json, tenant: Tenant) -> bool:
    """Whether this activity says that the bot was added."""
    if activity.get("type") == "installationUpdate":
        return activity.get("action") == "add"
    return any(json_object(one).get("id") == bot_id(tenant) for one in json_list(activity.get("membersAdded")))


def place(activity: Json) -> str:
    """The base id of the conversation that an activity belongs to."""
    return base(str(json_object(activity.get("conversation")).get("id", "")))


def home(conversation: str, tenant: Tenant) -> str:
    """Where the app is installed for a conversation: in a team it is there for every channel."""
    return general(tenant) if is_channel(conversation) else base(conversation)


def now_as_id(when: datetime) -> int:
    """Teams numbers messages by the milliseconds of their time."""
    return int(when.timestamp() * 1000)


def _person(sent: Json, tenant: Tenant) -> str:
    """The Entra id of the sender; a sender whom the tenant does not know is the Playground's own user."""
    known = {str(admin["id"]) for admin in tenant.admins}
    claimed = (str(sent.get("aadObjectId", "")), str(sent.get("id", ""))[3:])
    return next((one for one in claimed if one in known), str(tenant.admins[0]["id"]))


def _with_trigger(activity: Json) -> Json:
    value = json_object(activity.get("value"))
    return {"value": {"trigger": "manual", **value}} if value and activity.get("name") == "adaptiveCard/action" else {}


def _conversation(conversation: str, tenant: Tenant) -> Json:
    kind = "channel" if is_channel(conversation) else "personal" if conversation.startswith("a:") else "groupChat"
    group = {} if kind == "personal" else {"isGroup": True}
    return {"id": conversation, "conversationType": kind, "tenantId": tenant.id, **group}


def _channel_data(conversation: str, tenant: Tenant) -> Json:
    if not is_channel(conversation):
        return {"tenant": {"id": tenant.id}}
    channel, team = base(conversation), general(tenant)
    return {
        "teamsChannelId": channel,
        "teamsTeamId": team,
        "channel": {"id": channel},
        "team": {"id": team},
        "tenant": {"id": tenant.id},
    }
