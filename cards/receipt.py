"""What was done: the answer to a command that changed something."""

from __future__ import annotations

from collections.abc import Sequence

from bot.ports import Card
from cards.elements import badge, card, columns, facts, heading


def receipt(title: str, pairs: Sequence[tuple[str, str]]) -> Card:
    """A title that says what was done, and the facts of it."""
    said = " ".join(f"{name}: {value}." for name, value in pairs if value)
    return card(
        [columns(("auto", [badge("Done", "Good")]), ("stretch", [heading(title)])), *facts(pairs)],
        fallback=f"{title}. {said}",
    )


def example() -> Card:
    return receipt(
        "Workday to Entra ID restarts",
        [
            ("Scope", "portal: watermark, escrows and quarantine state are forgotten"),
            ("Asked by", "Ada Admin"),
            ("At", "01:21 UTC"),
            ("What comes", "An initial cycle. The incident's card tells when it has healed."),
        ],
    )
