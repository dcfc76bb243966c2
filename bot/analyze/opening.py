"""From the files that somebody names to downloads that can be read: what each holds is seen by its content."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from bot.adapters.csv_join import BadCsv, CsvFile, join
from bot.analyze.encoding import as_utf8, check
from bot.analyze.errors import BadFile, Damaged
from bot.analyze.headers import Header, Member, header_of
from bot.analyze.reading import Download
from bot.analyze.split import array_in
from bot.analyze.unpack import room, unpacked
from bot.model import Value

MOST_FILES = 200
_LONGEST_HEADER = 64 << 10


class Table(Value, frozen=True, kw_only=True):
    """One CSV file: its name, where it stands, its size as it was given, and what its first line says."""

    name: str
    path: Path
    header: Header
    bytes: int


class Opened(Value, frozen=True, kw_only=True):
    """What was found, and sentences about what was not as it should be."""

    downloads: tuple[Download, ...]
    warnings: tuple[str, ...] = ()


def opened(
    paths: Sequence[Path],
    folder: Path,
    *,
    partial: bool,
    whole: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Opened:
    """All downloads in the files; what has to be written anew on the way is put into `folder`. Raises BadFile.

    `whole`: with every field, and not only those that the watch looks at. `tell` hears of what may take a while.
    """
    downloads: list[Download] = []
    tables: list[Table] = []
    for given in _files(paths):
        for name, place in _unpacked(given, folder):
            found = _one(name, place, folder, partial=partial)
            if isinstance(found, Table):
                tables.append(found)
            else:
                downloads.append(found)
    warnings: list[str] = []
    if tables:
        tell("Joining the CSV files by change id …")
        downloads.append(_joined(tables, folder, warnings, partial=partial, whole=whole))
    return Opened(downloads=tuple(downloads), warnings=tuple(warnings))


def _files(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.iterdir() if each.is_file() and not each.name.startswith("."))
            if not inside:
                raise BadFile(f"{path} is an empty folder.")
            found += inside
        elif path.exists():
            found.append(path)
        else:
            raise BadFile(f"There is no file {path}.")
    if len(found) > MOST_FILES:
        raise BadFile(f"These are {len(found):,} files; name at most {MOST_FILES} at a time.")
    return list(dict.fromkeys(each.resolve() for each in found))


def _unpacked(path: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    try:
        yield from unpacked(path, folder)
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror or error}.") from None


def _one(name: str, place: Path, folder: Path, *, partial: bool) -> Download | Table:
    try:
        size = place.stat().st_size
        path, start = as_utf8(place, name, folder, partial=partial)
        with path.open("rb") as file:
            file.seek(start)
            head = file.read(_LONGEST_HEADER)
    except OSError as error:
        raise BadFile(f"{name} cannot be read: {error.strerror or error}.") from None
    text = head.lstrip(b" \t\r\n")
    if not text:
        raise BadFile(f"{name} is empty. A log without rows is downloaded as []; download it again.")
    if text[:1] in b"[{":
        array = array_in(path, start, name)
        return Download(name, f"JSON ({_style(text)})", (array,), size)
    line = text.splitlines()[0].decode("utf-8", "replace")
    header = header_of(line, name)
    if header is None:
        raise BadFile(f"{name} is neither JSON nor CSV. Give me what the portal downloads, as it is.")
    return Table(name=name, path=path, header=header, bytes=size)


def _style(text: bytes) -> str:
    return "pretty" if b"\n" in text[:200] else "compact"


# --- CSV ---------------------------------------------------------------------------------------------------------------


def _joined(tables: Sequence[Table], folder: Path, warnings: list[str], *, partial: bool, whole: bool) -> Download:
    """The three files of one CSV download as one. Raises BadFile where one lacks, or is there twice."""
    members = _members(tables, warnings, partial=partial)
    size = sum(table.bytes for table in members.values())
    room(folder, 3 * size, "Joining the CSV files")
    try:
        found = join([_csv(members.get(member)) for member in Member], folder, lenient=partial, whole=whole)
    except BadCsv as error:
        raise _bad(error, members) from None
    if found.left_out:
        warnings.append(f"{found.left_out:,} lines of the CSV files could not be read and were left out.")
    if found.strays:
        _tell_strays(found.strays, found.rows, members, warnings, partial=partial)
    name = " + ".join(table.name for table in members.values())
    arrays = tuple(array_in(path, 0, name) for path in found.arrays)
    return Download(name, f"CSV ({len(members)} files)", arrays, size)


def _members(tables: Sequence[Table], warnings: list[str], *, partial: bool) -> Mapping[Member, Table]:
    found: dict[Member, Table] = {}
    for table in tables:
        if (other := found.setdefault(table.header.member, table)) is not table:
            raise BadFile(
                f"{other.name} and {table.name} are both {table.header.member}. Name the three CSV files of one download "
                "at a time; several downloads go together as JSON."
            )
    missing = [member for member in Member if member not in found]
    if missing and (Member.MAIN in missing or not partial):
        has = ", ".join(table.name for table in found.values())
        also = "" if Member.MAIN in missing else ", or go on without with --partial"
        raise BadFile(
            f"A CSV download is three files, and {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing; "
            f"given: {has}. Name all three, or their folder{also}."
        )
    warnings += [f"{member} is missing: {_LOST[member]}" for member in missing]
    return {member: found[member] for member in Member if member in found}


_LOST = {
    Member.STEPS: "at which step objects fail, and who left a job's scope, is not known, so more may seem to fail.",
    Member.CHANGES: "the attributes that were changed are not known.",
}


def _csv(table: Table | None) -> CsvFile | None:
    if table is None:
        return None
    header = table.header
    return CsvFile(path=table.path, columns=len(header.columns), fields=header.fields, delimiter=header.delimiter)


def _bad(error: BadCsv, members: Mapping[Member, Table]) -> Damaged:
    """What to say of it: a wrong byte is the better news where there is one, for what follows it may look odd, too."""
    table = next(table for table in members.values() if table.path == error.path)
    try:
        check(table.path, table.name)
    except Damaged as wrong:
        return wrong
    if not error.line:
        return Damaged(f"{table.name} cannot be read: {error.why}.")
    return Damaged(
        f"{table.name} is not whole: in line {error.line:,} {error.why}. It is cut off or was changed: download it again, "
        "or read what is whole with --partial."
    )


def _tell_strays(
    strays: int, rows: int, members: Mapping[Member, Table], warnings: list[str], *, partial: bool
) -> None:
    """Steps of rows that are not there: the files are of different downloads, or the main one is cut off at a line."""
    said = (
        f"{strays:,} steps and changes belong to no row of {members[Member.MAIN].name} (which has {rows:,}): it is cut "
        "off, or the files are of different downloads."
    )
    if not partial:
        raise Damaged(f"{said} Download all three again, or read what is whole with --partial.")
    warnings.append(said)
