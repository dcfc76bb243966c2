"""What is known of a conversation, put together from what its activities tell."""

from __future__ import annotations

from msgspec.structs import replace

from bot.model import Conversation

KEPT = ("name", "team_name", "team_id", "team_group_id", "bot_id")


def merged(before: Conversation | None, heard: Conversation) -> Conversation:
    """The facts heard now; those that this activity does not carry (a message has no team name) are kept."""
    if before is None:
        return heard
    facts = {name: getattr(heard, name) or getattr(before, name) for name in KEPT}
    return replace(heard, **facts)
