"""From a line to a command and its words; what is no command gets the nearest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz, process

from bot.command import Command, commands
from bot.ports import Refusal
from bot.topics import about

MOST_TEXT = 4_000
NEAR_ENOUGH = 70


def parse(text: str, *, pressed: bool = False) -> tuple[Command, list[str]]:
    """A line as a command and its words. Raises Refusal with the nearest command; hidden ones are only for buttons."""
    words = text[:MOST_TEXT].split()
    known = {name: each for name, each in commands().items() if pressed or not each.hidden}
    if len(text) > MOST_TEXT:
        raise Refusal(f"That is longer than a command can be ({MOST_TEXT:,} characters).", ("help",))
    if not words:
        raise Refusal("Yes? Write `help` to see what I can do.", ("help", "jobs"))
    # A name of several words may be written with blanks as well: who was told 7.
    for length in (3, 2):
        if len(words) >= length and (joined := first_word("-".join(words[:length]))) in known:
            return known[joined], words[length:]
    name = first_word(text)
    if name in known:
        return known[name], words[1:]
    if name in commands():
        raise Refusal(f"`{name}` is a button: press it on the card that asks you.")
    raise about(name) or _no_such(words, known)


def _no_such(words: Sequence[str], known: Mapping[str, Command]) -> Refusal:
    """With the command whose name is nearest to the first word, or to the first two or three: on call, who told 1.

    One of several words is known by the last of them, too: retry.
    """
    names = {name.rpartition("-")[2]: name for name in known} | {name: name for name in known}
    tried = [(length, first_word("-".join(words[:length]))) for length in (1, 2, 3) if length <= len(words)]
    found = [
        (-near[1], length, name, known[names[near[0]]].typed)
        for length, name in tried
        if (near := process.extractOne(name, list(names), scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH))
    ]
    if not found:
        return Refusal(f"'{tried[0][1][:40]}' is no command of mine.", ("help", "jobs"))
    _, length, name, near = min(found)
    shown = name[:40] if length == 1 else " ".join(words[:length])[:40]
    meant = " ".join((near, *words[length:]))
    return Refusal(f"'{shown}' is no command of mine. Did you mean `{near}`?", tuple(dict.fromkeys((meant, "help"))))


def first_word(text: str) -> str:
    """What stands where a command's name belongs; `/help`, `Help!` and `?` are help."""
    word = next(iter(text[:MOST_TEXT].lower().split()), "")
    return "help" if set(word) == {"?"} else word.strip("/!?.,:;")
