"""What is known of a conversation, put together from what its activities tell, and what opens it again once it is closed."""

from __future__ import annotations

from msgspec.structs import replace

from bot.model import Conversation, ConversationKind, ConversationState

KEPT = ("name", "team_name", "team_id", "team_group_id", "bot_id", "user_id", "user_mri")
OF_THE_TEAM = ("team_name", "team_group_id")

BY_HAND = "The bot goes on after undelivered retry all, once the file of ROUTES is saved, or after a new start."
"""What opens a webhook and a mail address again: nobody there could tell the bot that it may come back."""
GENERAL = "General"


def is_general(channel: Conversation) -> bool:
    """Whether it is its team's first channel: that bears the id of the team, and Teams gives it no name."""
    return channel.id == channel.team_id


def channel_name(channel: Conversation) -> str:
    """What people call it, as far as that is known."""
    return channel.name or (GENERAL if is_general(channel) else "channel")


def lacks_names(place: Conversation) -> bool:
    """Whether it is a channel of a team that cannot be named in full yet."""
    if place.kind is not ConversationKind.CHANNEL or not place.team_id:
        return False
    return not place.team_name or not (place.name or is_general(place))


def filled(known: Conversation, told: Conversation) -> Conversation:
    """What is known of a channel, with the names that were told where there were none."""
    names = ("name", *OF_THE_TEAM)
    return replace(known, **{name: getattr(known, name) or getattr(told, name) for name in names})


def merged(before: Conversation | None, heard: Conversation) -> Conversation:
    """The facts heard now; those that this activity does not carry (a message has no team name) are kept."""
    if before is None:
        return heard
    facts = {name: getattr(heard, name) or getattr(before, name) for name in KEPT}
    return replace(heard, **facts)


def renamed(each: Conversation, heard: Conversation) -> Conversation:
    """A conversation with what was heard of its team."""
    if not heard.team_id or each.team_id != heard.team_id:
        return each
    return replace(each, **{name: getattr(heard, name) or getattr(each, name) for name in OF_THE_TEAM})


def opens_with(each: Conversation, heard: Conversation) -> bool:
    """Whether a closed conversation opens because another one of its team was heard of.

    What was shut with the whole team does; one that refused a delivery only where the news is of the team itself, which
    bears the id of its first channel; a deleted channel never does.
    """
    if each.active or each.id == heard.id:
        return False
    if each.state is ConversationState.REFUSED:
        return heard.id == heard.team_id
    return each.state is not ConversationState.DELETED


def opened(each: Conversation) -> Conversation:
    return replace(each, active=True, state=ConversationState.OPEN, closed="")


def refusal(each: Conversation, why: str) -> str:
    """Why a conversation takes nothing more, and what opens it again; where that is Teams, its answer tells both."""
    return why if each.in_teams else f"{why.rstrip('.')}. {BY_HAND}"


def shut_by(each: Conversation, told: Conversation) -> Conversation:
    """A conversation after the news that it, or its team, is shut."""
    state = ConversationState.TEAM_SHUT if told.state is ConversationState.OPEN else told.state
    if each.state is ConversationState.DELETED and state is ConversationState.TEAM_SHUT:
        return each
    return replace(each, active=False, state=state, closed=told.closed or "The team was archived.")
