"""Packed downloads made plain: gzip and zip, within limits that a bomb runs into; nothing is written by a packed name."""

from __future__ import annotations

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from bot.analyze.errors import BadFile

BLOCK = 1 << 20
MOST_BYTES = 50 << 30
MOST_TIMES, SPARED = 300, 100 << 20
"""Logs shrink to a fortieth at best: what grows to more than so many times its packed size is no log."""
MOST_MEMBERS = 16
ROOM_LEFT = 512 << 20
"""Room on the disk that is left alone."""

_GZIP, _ZIP, _EMPTY_ZIP = b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06"
_OTHERS = {
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a rar archive",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ": "packed with xz",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
}


def unpacked(path: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """The names and places of the plain files that a file stands for: itself, or what was packed in it."""
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(_GZIP):
        yield path.name, _gunzipped(path, folder)
    elif head.startswith((_ZIP, _EMPTY_ZIP)):
        yield from _members(path, folder)
    else:
        if what := next((what for magic, what in _OTHERS.items() if head.startswith(magic)), ""):
            raise BadFile(f"{path.name} is {what}. Give me the JSON or CSV files themselves, or a zip of them.")
        yield path.name, path


def room(folder: Path, wanted: int, name: str) -> None:
    """Raise BadFile where so many bytes more would fill the disk."""
    free = shutil.disk_usage(folder).free
    if wanted + ROOM_LEFT > free:
        raise BadFile(
            f"{name} needs {wanted >> 20:,} MB of room in {folder.parent}, and {max(0, free - ROOM_LEFT) >> 20:,} MB "
            "are free there. Make room, or set TMPDIR to another folder."
        )


def _gunzipped(path: Path, folder: Path) -> Path:
    place = folder / f"{len(list(folder.iterdir()))}.plain"
    try:
        with gzip.open(path) as packed:
            _pour(packed, place, path.stat().st_size, path.name)
    except (EOFError, OSError, zlib.error) as error:
        raise BadFile(f"{path.name} is not whole: unpacking it ends with '{error}'. Download it again.") from None
    return place


def _members(path: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            _refuse(path, infos)
            for number, info in enumerate(infos):
                place = folder / f"{len(list(folder.iterdir()))}.{number}.plain"
                with archive.open(info) as packed:
                    _pour(packed, place, info.compress_size, f"{info.filename} in {path.name}")
                yield f"{path.name}/{info.filename}", place
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError) as error:
        raise BadFile(
            f"{path.name} is no zip that can be read ({error}). Download it again, or unpack it first."
        ) from None


def _refuse(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    """Raise BadFile for a zip that is not a handful of plain files."""
    if any(info.filename == "[Content_Types].xml" for info in infos):
        raise BadFile(f"{path.name} is an Excel workbook. Download the log again as JSON or CSV and give me that.")
    if not infos:
        raise BadFile(f"{path.name} is an empty zip.")
    if len(infos) > MOST_MEMBERS:
        raise BadFile(f"{path.name} holds {len(infos):,} files; a download is one JSON file or three CSV files.")
    if any(info.flag_bits & 1 for info in infos):
        raise BadFile(f"{path.name} is encrypted. Unpack it first.")
    sizes = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
    if sizes[0] > MOST_BYTES or sizes[0] > SPARED + MOST_TIMES * sizes[1]:
        raise _bomb(path.name)


def _pour(packed: IO[bytes] | gzip.GzipFile, place: Path, size: int, name: str) -> None:
    """Write what is packed to a place, as far as a log can be long."""
    most, done = min(MOST_BYTES, SPARED + MOST_TIMES * size), 0
    with place.open("wb") as plain:
        while block := packed.read(BLOCK):
            done += len(block)
            if done > most:
                raise _bomb(name)
            if done % (64 * BLOCK) < BLOCK:
                room(place.parent, 64 * BLOCK, name)
            if done == len(block) and block.startswith((_GZIP, _ZIP)):
                raise BadFile(f"{name} is packed once more. Unpack it first.")
            plain.write(block)


def _bomb(name: str) -> BadFile:
    return BadFile(f"{name} unpacks to far more than a log can: it was left alone. If it is a log, unpack it first.")
