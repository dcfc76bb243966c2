"""The first words after the app is installed: what it does, and that it has begun."""

from __future__ import annotations

from bot.model import Conversation
from bot.ports import Card
from cards import sample, words
from cards.elements import button, buttons, card, heading, run, text


def welcome(conversation: Conversation, *, watching: bool = True, again: bool = False) -> Card:
    """Greet; `watching` says whether the conversation hears of incidents: of every one, or `again` of what it did before."""
    place = words.place(conversation)
    what = "again of what its routes match" if again else "of every incident, until somebody says unwatch"
    hears = f"{place} now hear{'' if place == 'You' else 's'} {what}."
    return card(
        [
            heading("Syncwatch is here"),
            text(
                "I watch this tenant's provisioning jobs. When objects fail or a job goes into quarantine, I post one card: "
                "what broke, why, what to do. The card follows the incident until it is resolved."
            ),
            text(run(hears, bold=True)) if watching else text("Say watch to hear of every incident here."),
            buttons(
                button("Jobs", "jobs"),
                button("Help", "help"),
                button("Routes", "routes") if again else None,
                button("Stop watching", "unwatch") if watching else button("Watch", "watch", style="positive"),
            ),
        ],
        fallback=f"Syncwatch is here. {hears if watching else 'Say watch to hear of every incident here.'}",
    )


def example() -> Card:
    return welcome(sample.CHANNEL)
