"""What Teams' events mean: the bot came, the bot went, a place was shut, or something about it is new."""

from __future__ import annotations

from enum import StrEnum

from bot.adapters.teams.wire import Incoming
from bot.model import ConversationState


class Event(StrEnum):
    """HEARD is every sign of life, also one that Microsoft may invent; NOTHING does not even prove that the bot is there."""

    ADDED = "added"
    HEARD = "heard"
    NOTHING = "nothing"
    REMOVED = "removed"
    CHANNEL_DELETED = "channelDeleted"
    TEAM_ARCHIVED = "teamArchived"
    TEAM_DELETED = "teamDeleted"
    TEAM_HARD_DELETED = "teamHardDeleted"


EVENTS = ("installationUpdate", "conversationUpdate")
# An upgrade says remove-upgrade and then add-upgrade: the bot was there all the time.
_INSTALLATION = {"add": Event.ADDED, "add-upgrade": Event.HEARD, "remove": Event.REMOVED}
_CHANGE = {str(each): each for each in Event if each.startswith(("channel", "team"))}

CLOSING = {
    Event.REMOVED: (
        ConversationState.REMOVED,
        "The app was removed from here. The bot goes on as soon as it is installed again.",
    ),
    Event.CHANNEL_DELETED: (
        ConversationState.DELETED,
        "The channel was deleted. The bot goes on if it is restored.",
    ),
    Event.TEAM_ARCHIVED: (
        ConversationState.TEAM_SHUT,
        "The team was archived. The bot goes on as soon as it is active again.",
    ),
    Event.TEAM_DELETED: (
        ConversationState.TEAM_SHUT,
        "The team was deleted. The bot goes on if it is restored.",
    ),
    Event.TEAM_HARD_DELETED: (ConversationState.TEAM_SHUT, "The team was deleted for good."),
}
"""The events after which nothing is sent any more: the state of what they are about, and what people are told."""


def meaning(activity: Incoming) -> Event:
    """What there is to do about it, besides what everything that Teams sends tells of its place."""
    if activity.type == "installationUpdate":
        return _INSTALLATION.get(activity.action or "", Event.NOTHING)
    if activity.type != "conversationUpdate":
        return Event.HEARD
    if activity.about_bot(activity.members_added):
        return Event.ADDED
    if activity.about_bot(activity.members_removed):
        return Event.REMOVED
    return _CHANGE.get(activity.data.event_type or "", Event.HEARD)
