"""What people ask for by words that are no commands: what is meant by them here, and which commands show it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.ports import Refusal

_TOPICS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "storm": (
        "A storm is more than STORM_CARDS messages for one conversation within a minute: what is beyond comes together, "
        "as one digest that is kept up to date; what is critical comes all the same. `incidents` lists all of it.",
        ("incidents", "routes"),
    ),
    "fallback": (
        "The fallback hears of what no route matches. It stands in the file of ROUTES; `routes` says who it is.",
        ("routes",),
    ),
    "escalation": (
        "What nobody has taken in time goes to who is on call, to one after the other. `oncall` says who that is.",
        ("oncall", "help oncall"),
    ),
    "webhook": (
        "Webhooks stand in the file of ROUTES. `routes` says what goes to them, `undelivered` what did not arrive.",
        ("routes", "undelivered"),
    ),
    "mail": (
        "Mail goes where the file of ROUTES says. `routes` shows it, `undelivered` what did not arrive.",
        ("routes", "undelivered"),
    ),
}


def about(word: str) -> Refusal | None:
    """What is said of it, in the singular or the plural; None for a word of which nothing is known."""
    found = _TOPICS.get(word.lower().removesuffix("s"))
    return Refusal(*found) if found else None
