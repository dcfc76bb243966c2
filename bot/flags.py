"""The words behind a command's name: which are plain, which belong to a flag; as phones write them too."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from rapidfuzz import fuzz, process

from bot.ports import Refusal

QUOTES = {'"': '"', "'": "'", "“": "”", "”": "”", "„": "“”", "«": "»", "‘": "’", "’": "’", "‚": "‘’", "`": "`"}
"""What opens a quotation, and what may close it."""

NEAR_ENOUGH, NEARLY_IT = 60, 75
"""How like a flag a word has to be, to be taken for one that is misspelt: behind two dashes, and behind one."""

UNIT = "m|min|minutes?|h|hours?|d|days?|w|weeks?"
"""Units of a span of time as people write them: the first letter says which it is."""

YES, NO = {"yes", "true", "on"}, {"no", "false", "off"}
"""What people write behind a switch, which takes no value."""

_DASHES = re.compile(r"^(?:--|[‐-―−]{1,2}|-)(?=[^\W\d_])")  # phones and word processors turn -- into one dash


_UNIT = re.compile(UNIT, re.IGNORECASE)


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
            _refuse_value(found, words[: len(words) - len(rest) - 1], rest, command)
            values[found[0].name] = _value(found, rest, flags, usage)
        elif len(word) > 1 and not word.strip("-"):  # one alone stands between two times, or within a name
            raise Refusal(f"Nothing stands right behind the dashes in '{word[:40]}'. Write `{usage}`.")
        elif _meant_as_flag(word, flags):
            raise _no_such(word, words, flags, usage, command)
        else:
            plain.append(word)
    return plain, values


def unquoted(text: str) -> str:
    """Words without the quotation marks around all of them; several quotations with commas between them are left alone."""
    inner = text[1:-1].strip()
    closing = QUOTES.get(text[0], "") if len(text) > 2 else ""
    return inner if text[-1:] in tuple(closing) and not any(f"{mark}," in inner for mark in closing) else text


def _flag(word: str, flags: Mapping[str, Flag]) -> tuple[Flag, str] | None:
    """The flag that a word names, and the value behind its =."""
    if not _DASHES.match(word):
        return None
    name, _, value = _DASHES.sub("", word).partition("=")
    return (flags[name.lower()], value) if name.lower() in flags else None


def _meant_as_flag(word: str, flags: Mapping[str, Flag]) -> bool:
    if word.startswith("--") or _DASHES.match(word) is None:
        return word.startswith("--")
    return word[0] != "-" or _nearest(word, flags, NEARLY_IT) != ""  # a name may have one dash before a word of it


def _no_such(word: str, words: Sequence[str], flags: Mapping[str, Flag], usage: str, command: str) -> Refusal:
    """The nearest flag, with the line as it may have been meant."""
    shown, mark, value = word.partition("=")
    said = f"`{command}` has no {shown[:40]}"
    if not flags:
        return Refusal(f"{said}, nor any other flag. Write `{usage}`.")
    if near := _nearest(word, flags, NEAR_ENOUGH):
        meant = [f"--{near}{mark}{value}" if each == word else each for each in words]
        return Refusal(f"{said}. Did you mean --{near}?", (f"{command} {' '.join(meant)}",))
    return Refusal(f"{said}; there {'are' if len(flags) > 1 else 'is'} {', '.join(f'--{each}' for each in flags)}.")


def _nearest(word: str, flags: Mapping[str, Flag], enough: float) -> str:
    name = _DASHES.sub("", word).partition("=")[0].lower()
    near = process.extractOne(name, list(flags), scorer=fuzz.ratio, score_cutoff=enough)
    return near[0] if near else ""


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


def _refuse_value(found: tuple[Flag, str], before: Sequence[str], rest: Sequence[str], command: str) -> None:
    """Of a switch with a value, in one word or in two, the line is offered as it is meant: with the switch or without."""
    flag, value = found
    if not flag.switch:
        return
    following = rest[0].lower() if rest else ""
    said = value.lower() or (following if following in YES | NO else "")
    if not said:
        return
    meant = [] if said in NO else [f"--{flag.name}"]
    line = " ".join([command, *before, *meant, *(rest if value else rest[1:])])
    raise Refusal(f"--{flag.name} takes no value: it is written alone, or left out.", (line,))


def _goes_on(taken: Sequence[str], following: str) -> bool:
    """Whether one value goes on with the following word: `quarantine, escrows`, `7 days`, or within quotation marks."""
    if not taken or (taken[-1].isdecimal() and _UNIT.fullmatch(following)):
        return True
    return _unclosed(" ".join(taken)) or taken[-1].endswith(",") or following.startswith(",")


def _unclosed(text: str) -> bool:
    closing = QUOTES.get(text[0], "")
    return closing != "" and (len(text) == 1 or text[-1] not in closing)
