"""Whether a conversation hears of incidents: the answer to watch and unwatch."""

from __future__ import annotations

from bot.model import Conversation
from bot.ports import Card
from cards import sample, words
from cards.elements import button, buttons, card, heading, text


def watching(conversation: Conversation, on: bool, where: str = "") -> Card:
    """Say what the conversation hears from now on, and offer the way back; `where` is how it was named, if it was."""
    place = words.place(conversation)
    s = "" if place == "You" else "s"
    if on:
        title, said = "Watching", f"{place} hear{s} of every incident from now on."
        back = button("Stop watching", "unwatch", where)
    else:
        title, said = (
            "Not watching",
            f"{place} hear{s} of no new incidents.",
        )
        back = button("Watch again", "watch", where)
    return card([heading(title), text(said), buttons(back, button("Jobs", "jobs"))], fallback=f"{title}. {said}")


def example() -> Card:
    return watching(sample.CHANNEL, on=True)
