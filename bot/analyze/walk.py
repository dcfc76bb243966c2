"""Finds the rows of a JSON array bracket by bracket: slower than cutting it, but exact, and it says where a file is damaged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from bot.analyze.errors import Damaged
from bot.analyze.split import END, PIECE, SPACE, TEXT, Array

LONGEST_ROW = 64 << 20

_TOKEN = re.compile(TEXT + rb'|[{}\[\]"]', re.DOTALL)


def exactly(array: Array, begin: int, row: int, name: str, size: int = PIECE) -> Iterator[tuple[list[bytes], int]]:
    """The rows from a place on, found bracket by bracket: some at a time, and how far in the file they go.

    `row` is the number of the first of them. Raises Damaged where the file is not whole.
    """
    rows: list[bytes] = []
    held = 0
    with array.path.open("rb") as file:
        file.seek(begin)
        walk = _Walk(file, row, name)
        while (one := walk.next_row()) is not None:
            rows.append(one)
            held += len(one)
            if held >= size:
                yield rows, walk.at
                rows, held = [], 0
        yield rows, walk.at
        walk.raise_if_damaged()


class _Walk:
    """Walks over rows one by one; what is wrong is kept until the rows before it were given out."""

    def __init__(self, file: BinaryIO, row: int, name: str) -> None:
        self._file, self._row, self._name = file, row, name
        self._buffer, self._ended, self._problem = b"", False, ""
        self._first = True

    @property
    def at(self) -> int:
        """How far it has come in the file."""
        return self._file.tell() - len(self._buffer)

    def next_row(self) -> bytes | None:
        """The next row; None at the end, be it the right one or not."""
        lead = self._skip()
        if lead == b"," and not self._first:
            self._buffer = self._buffer[1:]
            lead = self._skip()
        elif lead == b"{" and not self._first:
            return self._stop("is not parted from the one before by a comma")
        self._first = False
        if lead == b"]":
            return self._close()
        if lead != b"{":
            return self._stop("is missing: the file ends before it" if not lead else "is no row, or is damaged")
        end = _row_end(self._buffer)
        while end is None:
            if len(self._buffer) > LONGEST_ROW:
                return self._stop(f"is longer than {LONGEST_ROW >> 20} MB")
            if not self._more():
                return self._stop("has no end: the file is cut off in it, or damaged there")
            end = _row_end(self._buffer)
        one, self._buffer = self._buffer[:end], self._buffer[end:]
        self._row += 1
        return one

    def raise_if_damaged(self) -> None:
        if self._problem:
            raise Damaged(f"{self._name} is not whole: row {self._row:,} {self._problem}. Download it again.")

    def _close(self) -> None:
        while self._more():
            if len(self._buffer) > LONGEST_ROW:
                break
        if not END.match(self._buffer):
            self._stop("is followed by the end of the list, and then by something else")

    def _stop(self, problem: str) -> None:
        self._problem = problem

    def _skip(self) -> bytes:
        """The next byte that is no space; empty at the end of the file."""
        self._buffer = self._buffer.lstrip(SPACE)
        while not self._buffer and self._more():
            self._buffer = self._buffer.lstrip(SPACE)
        return self._buffer[:1]

    def _more(self) -> bool:
        block = self._file.read(max(1 << 20, len(self._buffer)))
        self._buffer += block
        return bool(block)


def _row_end(buffer: bytes) -> int | None:
    """Where the row that begins the buffer ends; None where it goes on behind the buffer's end."""
    depth = 0
    for found in _TOKEN.finditer(buffer):
        token = buffer[found.start()]
        if token in b"{[":
            depth += 1
        elif token in b"}]":
            depth -= 1
            if depth == 0:
                return found.end()
        elif found.end() - found.start() == 1:
            return None
    return None
