"""Joins the three CSV files of a download by change id into JSON arrays of rows, in Graph's shape.

The files are put into tables on disk, in as many shares by change id as keep each join small: a list of steps cannot be
moved out of memory by the engine, so no join may need more of it than there is. Files of any size, in bounded memory.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.adapters.csv_sql import FIELDS, LOOKED_AT, STRAYS, rows
from bot.model import Value

if TYPE_CHECKING:  # the engine costs 50 MB: it is imported when files are joined
    from duckdb import DuckDBPyConnection

MEMORY = "400MB"
SHARE = 64 << 20
"""Bytes of CSV that are joined at a time."""
LONGEST_LINE = 4 << 20
READ_AT_ONCE = 16 << 20

_LINE = re.compile(r"CSV Error on Line: (\d+)")
_WHYS = {
    "quote": "a quotation mark is not closed",
    "Expected Number of Columns": "it has not as many fields as the first line",
    "unicode": "it is not UTF-8",
    "Maximum line size": f"it is longer than {LONGEST_LINE >> 20} MB",
}


class CsvFile(Value, frozen=True, kw_only=True):
    """A CSV file in UTF-8: how many columns it has, the place of each field that is known, and what parts them."""

    path: Path
    columns: int
    fields: Mapping[str, int]
    delimiter: str


class BadCsv(Exception):
    """A CSV file that is not whole: why, and in which line (0 where that is not known)."""

    def __init__(self, path: Path, why: str, line: int) -> None:
        super().__init__(why)
        self.path, self.why, self.line = path, why, line


class Joined(Value, frozen=True, kw_only=True):
    """The arrays that were written, and what did not fit: steps and changes without a row, lines that were left out."""

    arrays: tuple[Path, ...]
    rows: int
    strays: int
    left_out: int


def join(files: Sequence[CsvFile | None], folder: Path, *, lenient: bool, whole: bool) -> Joined:
    """Write rows with their steps and changes; `files` are the main one, steps, changes, of which the last may lack.

    Not `whole`: only what is looked at, which is a third of it, is written. Raises BadCsv for a file that is not whole;
    `lenient` leaves out what cannot be read.
    """
    import duckdb

    names = dict(zip(FIELDS, files, strict=True))
    size = sum(file.path.stat().st_size for file in files if file is not None)
    shares = size // SHARE + 1
    with duckdb.connect(
        str(folder / "csv.duckdb"),
        config={"memory_limit": MEMORY, "threads": 2, "temp_directory": str(folder / "csv.tmp")},
    ) as engine:
        left_out = 0
        for table, file in names.items():
            known = [field for field in FIELDS[table] if whole or field in LOOKED_AT]
            left_out += _load(engine, table, file, known, shares, lenient=lenient)
        arrays = [_written(engine, share, folder, whole=whole) for share in range(shares)]
        count, strays = _one(engine, "SELECT count(*) FROM main"), sum(_one(engine, sql) for sql in STRAYS)
    return Joined(arrays=tuple(arrays), rows=count, strays=strays, left_out=left_out)


def _load(
    engine: DuckDBPyConnection, table: str, file: CsvFile | None, known: Sequence[str], shares: int, *, lenient: bool
) -> int:
    """Make a table of a file, with those fields; how many of its lines were left out."""
    import duckdb

    if file is None:
        fields = ", ".join(f'NULL::VARCHAR AS "{field}"' for field in known)
        engine.execute(f"CREATE TABLE {table} AS SELECT 0 AS share, 0 AS n, '' AS key, {fields} WHERE false")
        return 0
    fields = ", ".join(f'{_column(file, field)} AS "{field}"' for field in known)
    key = f"lower(trim({_column(file, 'changeId')}))"
    try:
        engine.execute(
            f"CREATE TABLE {table} AS SELECT hash({key}) % {shares} AS share, row_number() OVER () AS n, {key} AS key, "  # noqa: S608
            f"{fields} FROM read_csv($path, header = true, auto_detect = false, delim = $delimiter, quote = '\"', "
            f"escape = '\"', columns = {_columns(file)}, max_line_size = {LONGEST_LINE}, buffer_size = {READ_AT_ONCE}, strict_mode = true, "
            f"null_padding = false, store_rejects = {lenient})",
            {"path": _unglobbed(file.path), "delimiter": file.delimiter},
        )
    except duckdb.Error as error:
        raise _bad(file, str(error)) from None
    if not lenient:
        return 0
    left_out = _one(engine, "SELECT count(DISTINCT line) FROM reject_errors")
    engine.execute("DELETE FROM reject_errors")
    return left_out


def _written(engine: DuckDBPyConnection, share: int, folder: Path, *, whole: bool) -> Path:
    place = folder / f"joined.{share}.json"
    target = place.as_posix().replace("'", "''")
    engine.execute(f"COPY ({rows(share, whole=whole)}) TO '{target}' (FORMAT json, ARRAY true)")
    return place


def _column(file: CsvFile, field: str) -> str:
    """The column that holds a field; an empty cell holds nothing."""
    return f"nullif(c{file.fields[field]}, '')" if field in file.fields else "NULL::VARCHAR"


def _columns(file: CsvFile) -> str:
    return "{" + ", ".join(f"'c{number}': 'VARCHAR'" for number in range(file.columns)) + "}"


def _unglobbed(path: Path) -> str:
    """The path with what the engine would take for a pattern put into brackets."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _one(engine: DuckDBPyConnection, sql: str) -> int:
    found = engine.execute(sql).fetchone()
    return int(found[0]) if found else 0


def _bad(file: CsvFile, said: str) -> BadCsv:
    line = _LINE.search(said)
    why = next((why for mark, why in _WHYS.items() if mark.lower() in said.lower()), said.partition("\n")[0][:200])
    return BadCsv(file.path, why, int(line[1]) if line else 0)
