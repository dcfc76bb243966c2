"""From a line to a command and its words; what is no command gets the nearest."""

from __future__ import annotations

from rapidfuzz import fuzz, process

from bot.command import Command, commands
from bot.ports import Refusal

MOST_TEXT = 1_000
NEAR_ENOUGH = 60


def parse(text: str, *, pressed: bool = False) -> tuple[Command, list[str]]:
    """A line as a command and its words. Raises Refusal with the nearest command; hidden ones are only for buttons."""
    words = text[:MOST_TEXT].split()
    known = {name: each for name, each in commands().items() if pressed or not each.hidden}
    if len(text) > MOST_TEXT:
        raise Refusal(f"That is longer than a command can be ({MOST_TEXT:,} characters).", ("help",))
    if not words:
        raise Refusal("Yes? Write `help` to see what I can do.", ("help", "jobs"))
    name = words[0].lower().lstrip("/")
    if name in known:
        return known[name], words[1:]
    near = process.extractOne(name, list(known), scorer=fuzz.WRatio, score_cutoff=NEAR_ENOUGH)
    shown = name[:40]
    if near is None:
        raise Refusal(f"'{shown}' is no command of mine.", ("help", "jobs"))
    raise Refusal(
        f"'{shown}' is no command of mine. Did you mean `{near[0]}`?", (" ".join((near[0], *words[1:])), "help")
    )
