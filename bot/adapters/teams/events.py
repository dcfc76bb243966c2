"""What Teams' events mean: the bot came, the bot went, the place was shut, or something about it is new."""

from __future__ import annotations

from enum import StrEnum

from bot.adapters.teams.wire import Incoming


class Event(StrEnum):
    ADDED = "added"
    HEARD = "heard"
    SHUT = "shut"
    GONE = "gone"


# An upgrade says remove-upgrade and then add-upgrade: the bot was there all the time.
_INSTALLATION = {"add": Event.ADDED, "add-upgrade": Event.HEARD, "remove": Event.GONE}
_CHANGE = {
    "channelRenamed": Event.HEARD,
    "channelRestored": Event.HEARD,
    "teamRenamed": Event.HEARD,
    "teamRestored": Event.HEARD,
    "teamUnarchived": Event.HEARD,
    "channelDeleted": Event.GONE,
    "teamArchived": Event.SHUT,
    "teamDeleted": Event.GONE,
    "teamHardDeleted": Event.GONE,
}


def meaning(activity: Incoming) -> Event | None:
    """None for what does not concern the bot, and for what Microsoft may invent."""
    if activity.type == "installationUpdate":
        return _INSTALLATION.get(activity.action or "")
    if activity.type != "conversationUpdate":
        return None
    if activity.about_bot(activity.members_added):
        return Event.ADDED
    if activity.about_bot(activity.members_removed):
        return Event.GONE
    return _CHANGE.get(activity.data.event_type or "")
