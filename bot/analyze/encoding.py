"""Which encoding a file is in, by its own bytes; everything after this is UTF-8."""

from __future__ import annotations

import codecs
from pathlib import Path

from bot.analyze.errors import BadFile, Damaged
from bot.analyze.unpack import BLOCK, room

_UTF8 = codecs.BOM_UTF8
_WIDE = {codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32"}
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}

AGAIN = "Download it again, or read what is whole with --partial."
RESAVED = "It was saved anew by another program; download it again, or save it as 'CSV UTF-8'."


def as_utf8(path: Path, name: str, folder: Path, *, partial: bool) -> tuple[Path, int]:
    """Where the file's text stands as UTF-8, and how many bytes of a byte order mark to leave out.

    What PowerShell writes is UTF-16: that is written anew in `folder`. Raises BadFile for what is no text.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(_UTF8):
        return path, len(_UTF8)
    if wide := next((which for mark, which in _WIDE.items() if head.startswith(mark)), ""):
        raise BadFile(f"{name} is in {wide.upper()}, which no portal writes. Download it again, or save it as UTF-8.")
    found = next((which for mark, which in _UTF16.items() if head.startswith(mark)), "") or _without_mark(head)
    if found:
        return _anew(path, name, folder, found, partial=partial), 0
    if b"\0" in head:
        raise BadFile(f"{name} is no text. Give me the JSON or CSV that the portal downloads.")
    return path, 0


def _without_mark(head: bytes) -> str:
    """UTF-16 that does not say so: a log begins with ASCII, of which every second byte is zero."""
    if len(head) >= 4 and head[0] and head[2] and not head[1] and not head[3]:
        return "utf-16-le"
    return "utf-16-be" if len(head) >= 4 and head[1] and head[3] and not head[0] and not head[2] else ""


def _anew(path: Path, name: str, folder: Path, encoding: str, *, partial: bool) -> Path:
    place = folder / f"{path.stem}.{len(list(folder.iterdir()))}.utf8"
    room(folder, path.stat().st_size, name)
    decoder = codecs.getincrementaldecoder(encoding)("replace" if partial else "strict")
    lines = 1
    with path.open("rb") as wide, place.open("wb") as plain:
        try:
            while block := wide.read(BLOCK):
                text = decoder.decode(block)
                lines += text.count("\n")
                plain.write(text.removeprefix("\ufeff").encode("utf-8", "replace"))
            plain.write(decoder.decode(b"", final=True).encode("utf-8", "replace"))
        except UnicodeDecodeError as error:
            why = "it is cut off" if error.reason == "truncated data" else "it is not"
            raise Damaged(f"{name} is {encoding.upper()} up to line {lines:,}, then {why}. {AGAIN}") from None
    return place


def check(path: Path, name: str) -> None:
    """Raise Damaged where a file is not UTF-8 all through, saying in which line that is found."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = 1
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                lines += block[: max(0, error.start)].count(b"\n")
                raise Damaged(
                    f"{name} is not UTF-8: in line {lines:,} stands a byte of another encoding. {RESAVED}"
                ) from None
            lines += block.count(b"\n")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise Damaged(
            f"{name} ends in line {lines:,}, in the middle of a character: it is cut off. Download it again."
        ) from None
