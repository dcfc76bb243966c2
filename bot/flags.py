"""The words behind a command's name: which are plain, which belong to a flag; as phones write them too."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.ports import Refusal

QUOTES = {'"': '"', "'": "'", "“": "”", "”": "”", "„": "“”", "«": "»", "‘": "’", "’": "’", "‚": "‘’", "`": "`"}
"""What opens a quotation, and what may close it."""

_DASHES = re.compile(r"^(?:--|[‐-―−]{1,2}|-)(?=[^\W\d_])")  # phones and word processors turn -- into one dash


class Flag(Protocol):
    """As much of a parameter as is needed here."""

    @property
    def name(self) -> str: ...

    @property
    def long(self) -> bool: ...

    @property
    def switch(self) -> bool: ...


def part(words: Sequence[str], flags: Mapping[str, Flag], usage: str, command: str) -> tuple[list[str], dict[str, str]]:
    """The plain words, and the values of the flags by name. Raises Refusal."""
    plain: list[str] = []
    values: dict[str, str] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        found = _flag(word, flags)
        if found is not None and found[0].name in values:
            raise Refusal(f"--{found[0].name} is given twice; once is enough. Write `{usage}`.")
        if found is not None:
            values[found[0].name] = _value(found, rest, flags, usage)
        elif not word.strip("-"):
            raise Refusal(f"Nothing stands right behind the dashes in '{word[:40]}'. Write `{usage}`.")
        elif _meant_as_flag(word):
            raise Refusal(f"`{command}` has no {word.partition('=')[0][:40]}. Write `{usage}`.")
        else:
            plain.append(word)
    return plain, values


def unquoted(text: str) -> str:
    """Words without the quotation marks around all of them."""
    inner = text[1:-1].strip()
    return inner if len(text) > 2 and text[-1] in QUOTES.get(text[0], "") else text


def _flag(word: str, flags: Mapping[str, Flag]) -> tuple[Flag, str] | None:
    """The flag that a word names, and the value behind its =."""
    if not _DASHES.match(word):
        return None
    name, _, value = _DASHES.sub("", word).partition("=")
    return (flags[name.lower()], value) if name.lower() in flags else None


def _meant_as_flag(word: str) -> bool:
    return word.startswith("--") or (word[0] != "-" and _DASHES.match(word) is not None)


def _value(found: tuple[Flag, str], rest: list[str], flags: Mapping[str, Flag], usage: str) -> str:
    flag, value = found
    if flag.switch:
        return "yes"
    taken = [value] if value else []
    while rest and (flag.long or _goes_on(taken, rest[0])) and not (_flag(rest[0], flags) or rest[0].startswith("--")):
        taken.append(rest.pop(0))
    if not taken:
        raise Refusal(f"--{flag.name} needs a value. Write `{usage}`.")
    return unquoted(" ".join(taken))


def _goes_on(taken: Sequence[str], following: str) -> bool:
    """Whether one value goes on with the following word: `quarantine, escrows`, or within quotation marks."""
    if not taken:
        return True
    return _unclosed(" ".join(taken)) or taken[-1].endswith(",") or following.startswith(",")


def _unclosed(text: str) -> bool:
    closing = QUOTES.get(text[0], "")
    return closing != "" and (len(text) == 1 or text[-1] not in closing)
