"""The question before a command that changes something: only its asker can say yes, once, and not for long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.ports import Card
from cards import sample, words
from cards.elements import button, buttons, card, heading, text


def confirm(title: str, sentences: Sequence[str], label: str, token: str, expires_at: datetime, now: datetime) -> Card:
    """Ask; `label` says in a word what is confirmed, e.g. `restart`, and `token` is the confirmation that waits."""
    left = words.duration(expires_at - now)
    return card(
        [
            heading(title),
            *(text(sentence) for sentence in sentences),
            buttons(
                button(f"Confirm {label}", "confirm", token, style="destructive"), button("Cancel", "cancel", token)
            ),
            text(
                f"Only the person who asked can confirm, for {left} (until {expires_at:%H:%M:%S} UTC).",
                subtle=True,
                spacing="Small",
            ),
        ],
        fallback=f"{title} {' '.join(sentences)}",
    )


def example() -> Card:
    sentences = (
        "A restart with scope portal begins an initial cycle: every object is judged again, which can take hours.",
        "Old failures are forgotten and tried again; links between accounts are kept.",
        "Start would do here: it leaves quarantine and keeps the watermark.",
    )
    return confirm(
        "Restart Workday to Entra ID?", sentences, "restart", "k3f9", sample.NOW + timedelta(minutes=2), sample.NOW
    )
