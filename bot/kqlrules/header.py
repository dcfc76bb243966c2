"""Reads a rule's file: `// word: value` lines first, then KQL that can be pasted into the portal as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from bot.kqlrules.model import BadRule, KqlRule, Operator
from bot.model import Severity

PERSONAS = ("IT operations", "GRC", "help desk", "end user")
PARAMS: Mapping[str, str] = {
    "jobs": "the ids of the discovered jobs",
    "job": "the same as jobs",
    "names": "their names",
    "principals": "the ids of their service principals",
}
NAME = re.compile(r"[a-z][a-z_]{1,59}")
LONGEST_WINDOW, SHORTEST = timedelta(days=30), timedelta(minutes=1)
LATE = timedelta(hours=1)
"""How long after their time Entra's rows may come."""

_LINE = re.compile(r"//\s*([A-Za-z]+)\s*:\s*(.*?)\s*$")
_COLUMN = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_SPAN = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*(d|h|m|s|day|days|hour|hours|minute|minutes|second|seconds)")
_CLOCK = re.compile(r"(?:(\d{1,3})\.)?(\d{1,2}):(\d\d)(?::(\d\d))?")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


class _Wrong(ValueError):
    """A value that is not what its word takes; the text goes on after the value itself."""


def parse(name: str, text: str, *, file: str = "") -> KqlRule:
    """The rule in a file's text. Raises BadRule with the line and what mends it."""
    file = file or f"{name}.kql"
    if not NAME.fullmatch(name):
        raise BadRule(file, 0, "the name of a rule's file is small letters and _, as in access_review_deleted.kql.")
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for number, word, written in _header(text):
        if word not in _READERS:
            raise BadRule(file, number, f"a rule has no '{word[:30]}'; there are {', '.join(_READERS)}.")
        if word in values:
            raise BadRule(file, number, f"'{word}' was said before, in line {lines[word]}; leave one of them out.")
        try:
            values[word], lines[word] = _READERS[word](written), number
        except _Wrong as error:
            raise BadRule(file, number, f"{word} '{written[:60]}' {error}") from None
    for word in ("title", "help", "severity"):
        if word not in values:
            raise BadRule(file, 1, f"`// {word}: …` is missing among the first lines.")
    _judge(file, text, values, lines)
    return KqlRule(name=name, kql=text, **values)


def _header(text: str) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("//"):
            return
        if found := _LINE.fullmatch(line.strip()):
            yield number, found[1].lower(), found[2]


def _judge(file: str, text: str, values: Mapping[str, Any], lines: Mapping[str, int]) -> None:
    """What only shows when the values are seen together."""
    if not any(line.strip() and not line.lstrip().startswith("//") for line in text.splitlines()):
        raise BadRule(file, len(text.splitlines()), "no query follows the first lines; write KQL below them.")
    frequency, window = values.get("frequency", timedelta(minutes=5)), values.get("window", timedelta(days=1))
    if window < frequency + LATE:
        problem = (
            "rows come up to an hour late, so looks must overlap: make window at least an hour longer than frequency."
        )
        raise BadRule(file, lines.get("window", lines.get("frequency", 1)), problem)


def span(written: str) -> timedelta:
    """A timespan as KQL writes it: 5m, 1d, 1.12:00:00. Raises ValueError."""
    if found := _SPAN.fullmatch(written.strip()):
        return timedelta(**{_UNITS[found[2][0]]: float(found[1])})
    if found := _CLOCK.fullmatch(written.strip()):
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    raise ValueError(written)


def _words(written: str) -> str:
    if not written or len(written) > 300:
        raise _Wrong("is to be one sentence of at most 300 characters.")
    return written


def _severity(written: str) -> Severity:
    try:
        return Severity(written.lower())
    except ValueError:
        raise _Wrong(f"is not known; write {', '.join(Severity)}.") from None


def _operator(written: str) -> Operator:
    plain = written.lower().removesuffix("s") if written.lower() == "equals" else written.lower()
    found = next((each for each in Operator if each.lower() == plain), None)
    if found is None:
        raise _Wrong(f"is not known; write {', '.join(Operator)}.")
    return found


def _number(written: str) -> float:
    try:
        value = float(written)
    except ValueError:
        raise _Wrong("is not a number.") from None
    if not abs(value) < 1e15:
        raise _Wrong("is not a number to compare with.")
    return value


def _span(written: str) -> timedelta:
    try:
        found = span(written)
    except ValueError:
        raise _Wrong("is not a span of time; write 5m, 4h or 1d.") from None
    if not SHORTEST <= found <= LONGEST_WINDOW:
        raise _Wrong("is to be between 1m and 30d.")
    return found


def _column(written: str) -> str:
    if not _COLUMN.fullmatch(written):
        raise _Wrong("is not the name of a column.")
    return written


def _columns(written: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in written.split(",") if part.strip())
    if len(names) > 12 or len(set(names)) < len(names):
        raise _Wrong("is to be at most 12 columns, each once.")
    return tuple(_column(name) for name in names)


def _params(written: str) -> tuple[str, ...]:
    names = _columns(written)
    if unknown := [name for name in names if name not in PARAMS]:
        raise _Wrong(f"names '{unknown[0]}', which is not given; there are {', '.join(PARAMS)}.")
    return names


def _persona(written: str) -> str:
    found = next((each for each in PERSONAS if each.lower() == written.lower()), None)
    if found is None:
        raise _Wrong(f"is not known; write {', '.join(PERSONAS)}.")
    return found


def _source(written: str) -> str:
    if not re.fullmatch(r"https://[^\s\"<>]{1,300}", written):
        raise _Wrong("is not an address that begins with https://.")
    return written


_READERS: Mapping[str, Callable[[str], Any]] = {
    "title": _words,
    "help": _words,
    "severity": _severity,
    "operator": _operator,
    "measure": _column,
    "threshold": _number,
    "window": _span,
    "frequency": _span,
    "key": _columns,
    "show": _columns,
    "persona": _persona,
    "within": _span,
    "params": _params,
    "do": _words,
    "source": _source,
}
