"""On which line of a TOML file each table and key begins, which tomllib does not tell."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from typing import cast

Place = tuple[str | int, ...]
"""The way to a value: keys, and places in arrays of tables, counted from 0."""

DEEPEST = 8
"""Parts of one key that are looked at; a file that means something has no longer ones."""

_ASIDE = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}' + r"|'''.*?'{3,5}" + r'|"(?:\\.|[^"\\\n])*"' + r"|'[^'\n]*'" + r"|#[^\n]*", re.DOTALL
)
_HEADER = re.compile(r"\s*(\[\[?)([^\[\]]+)\]")
_KEY = re.compile(r"\s*([^=\[\]{}]+)=")


def lines(text: str) -> Mapping[Place, int]:
    """The lines, counted from 1, of a text that tomllib reads without a fault."""
    return _Found(text).lines


def line_of(place: Place, lines: Mapping[Place, int]) -> int:
    """The line of a place, or of the nearest one around it; 0 where none is known."""
    known = (lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in lines)
    return next(known, 0)


class _Found:
    def __init__(self, text: str) -> None:
        self.lines: dict[Place, int] = {}
        self._arrays: dict[Place, int] = {}
        self._table: Place = ()
        # Of the same length as the text, so that what is found in the one can be taken from the other.
        masked = _ASIDE.sub(_blank, text)
        at, depth = 0, 0
        for number, line in enumerate(masked.split("\n"), 1):
            if depth == 0:
                self._begins(line, text[at : at + len(line)], number)
            depth += sum(map(line.count, "[{")) - sum(map(line.count, "]}"))
            at += len(line) + 1

    def _begins(self, line: str, original: str, number: int) -> None:
        """Take note of what begins on a line that is in no value."""
        if header := _HEADER.match(line):
            keys = _keys(original[slice(*header.span(2))])
            self._open(keys, several=header[1] == "[[")
            self.lines.setdefault(self._table, number)
            self.lines.setdefault(keys[:1], number)
        elif key := _KEY.match(line):
            keys = _keys(original[slice(*key.span(1))])
            for end in range(1, len(keys) + 1):
                self.lines.setdefault((*self._table, *keys[:end]), number)

    def _open(self, keys: tuple[str, ...], *, several: bool) -> None:
        place: Place = ()
        for key in keys[:-1]:
            place = self._newest((*place, key))
        place = (*place, keys[-1])
        if several:
            self._arrays[place] = self._arrays.get(place, -1) + 1
        self._table = self._newest(place)

    def _newest(self, place: Place) -> Place:
        """In an array of tables its last one is meant."""
        return (*place, self._arrays[place]) if place in self._arrays else place


def _blank(aside: re.Match[str]) -> str:
    """Marks in place of a text and blanks in place of a remark; both end where they ended."""
    mark = " " if aside[0].startswith("#") else "_"
    return re.sub(r"[^\n]", mark, aside[0])


@lru_cache(maxsize=1_000)
def _keys(written: str) -> tuple[str, ...]:
    """The parts of a key as it is written, whatever its quotation marks and dots."""
    found, keys = cast("object", tomllib.loads(f"{written.strip()} = 0")), list[str]()
    while isinstance(found, dict):
        key, found = next(iter(cast("Mapping[str, object]", found).items()))
        keys.append(key)
    return tuple(keys[:DEEPEST])
