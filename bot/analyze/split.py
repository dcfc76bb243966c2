"""Cuts a JSON array into pieces of whole rows without reading it: the pieces are read beside each other.

A cut is guessed where `},{"id":` stands, with the name of the first row's first field for id. Inside a text that cannot
stand, because a quotation mark is escaped there; inside a row it may, and then the piece before it is not whole, which
its reader sees. So when all pieces can be read, all cuts were right; and when one cannot, `walk` finds out why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from bot.analyze.errors import BadFile

PIECE = 8 << 20
_WINDOW = 256 << 10
_OVERLAP = 4 << 10

TEXT = rb'"(?:[^"\\]|\\.)*"'
_FIRST_FIELD = re.compile(rb"\s*\{\s*(" + TEXT + rb")\s*:")
# Graph's own answer, and what PowerShell makes of an array: the rows stand in a field `value`.
_PAGE = re.compile(rb"\s*\{\s*(?:" + TEXT + rb"\s*:\s*(?:" + TEXT + rb'|-?\d+|null)\s*,\s*)*"value"\s*:\s*\[')
END = re.compile(rb"\]\s*(?:(?:,\s*" + TEXT + rb"\s*:\s*(?:" + TEXT + rb"|-?\d+|null)\s*)*\}\s*)?$")
SPACE = b" \t\r\n"


class Array(msgspec.Struct, frozen=True):
    """An array of rows in a file: where it begins (behind its bracket), the file's end, and its first field's name."""

    path: Path
    begin: int
    end: int
    field: bytes


class Piece(msgspec.Struct, frozen=True):
    """Bytes of a file that hold whole rows and the commas between them; the last piece holds the array's end, too."""

    path: Path
    begin: int
    end: int
    last: bool

    def array(self) -> bytearray:
        """The rows as a JSON array of their own. Raises ValueError where the array's end is missing."""
        # In the room where it is read to, because copies of megabytes cost as much as their decoding.
        rows = bytearray(self.end - self.begin + 1)
        with self.path.open("rb") as file, memoryview(rows) as room:
            file.seek(self.begin)
            file.readinto(room[1:])
        rows[:1] = b"["
        if self.last:
            found = END.search(rows, max(0, len(rows) - _OVERLAP))
            end = found.start() if found else -1
            del found
        else:
            end = rows.rfind(b",")
        if end < 0:
            raise ValueError("no end")
        del rows[end:]
        rows += b"]"
        return rows


def array_in(path: Path, start: int, name: str) -> Array:
    """The array of rows in a file whose text begins at `start`. Raises BadFile."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(start)
        head = file.read(_WINDOW)
    text = head.lstrip(SPACE)
    page = _PAGE.match(head)
    if text.startswith(b"["):
        begin = len(head) - len(text) + 1
    elif page is not None:
        begin = page.end()
    else:
        raise BadFile(f"{name} is JSON, but no list of rows: its text begins with {_quoted(text)}.")
    first = _FIRST_FIELD.match(head, begin)
    if first is None and not head[begin:].lstrip(SPACE).startswith(b"]") and head[begin:].strip(SPACE):
        raise BadFile(f"{name} is a JSON list, but its entries are no rows: {_quoted(head[begin:].lstrip(SPACE))}.")
    return Array(path, start + begin, size, first[1] if first else b"")


def pieces(array: Array, size: int = PIECE) -> Iterator[Piece]:
    """The array in pieces of about that size."""
    begin = array.begin
    with array.path.open("rb") as file:
        while array.field and array.end - begin > size:
            cut = _cut(file, array, begin + size)
            if cut is None:
                break
            yield Piece(array.path, begin, cut, last=False)
            begin = cut
    yield Piece(array.path, begin, array.end, last=True)


def _cut(file: BinaryIO, array: Array, near: int) -> int | None:
    """The next place at or after `near` where a row seems to begin."""
    between = re.compile(rb"\}\s*,\s*(?=\{\s*" + re.escape(array.field) + rb"\s*:)")
    at = near
    while at < array.end:
        file.seek(at)
        window = file.read(_WINDOW)
        if found := between.search(window):
            return at + found.end()
        if at + len(window) >= array.end:
            return None
        at += _WINDOW - _OVERLAP
    return None


def _quoted(text: bytes) -> str:
    return f"'{text[:40].decode('utf-8', 'replace')}'"
