"""The question before an incident is snoozed: for how long, and why."""

from __future__ import annotations

from datetime import timedelta

from bot.model import Incident
from bot.ports import Card
from cards import sample, words
from cards.elements import button, buttons, card, choice, heading, line, text
from cards.spoken import spoken

_SPANS = (("1 hour", "1h"), ("4 hours", "4h"), ("24 hours", "24h"), ("3 days", "3d"), ("7 days", "7d"))
_HOURS = {"1h": 1, "4h": 4, "24h": 24, "3d": 72, "7d": 168}


def ask(incident: Incident, longest: timedelta) -> Card:
    """Ask for what is missing; spans that are too long for the severity are not offered."""
    spans = [(title, span) for title, span in _SPANS if timedelta(hours=_HOURS[span]) <= longest]
    title = f"Snooze #{incident.number}?"
    said = (
        f"I say nothing about it until then, but its card goes on; at severity {incident.alert.severity} for "
        f"{words.duration(longest)} at most. If it gets more severe, the snooze ends at once."
    )
    written = f"Or write `snooze {incident.number} --until cycle --reason …`; there are cycle, worse and resolved."
    return card(
        [
            heading(title),
            text(incident.alert.title),
            text(said, subtle=True, spacing="Small"),
            choice("for", "For how long", spans),
            line("reason", "Why"),
            buttons(button("Snooze", "snooze", str(incident.number), style="positive")),
            spoken(written, spacing="Small"),
        ],
        fallback=f"{title} Write `snooze {incident.number} --for 1h --reason …`.",
    )


def example() -> Card:
    return ask(sample.IN_QUARANTINE, timedelta(hours=24))
