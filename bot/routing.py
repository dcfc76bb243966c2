"""Who hears of an incident: for now, every conversation that watches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.model import Conversation, Incident


def route(incident: Incident, watching: Iterable[Conversation]) -> Iterator[Conversation]:
    """The conversations in which the incident's card belongs."""
    if incident.open:
        yield from (conversation for conversation in watching if conversation.active)
