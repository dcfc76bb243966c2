"""Opens the engine so that no query can reach outside of its file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.adapters.kql.tables import ddl
from bot.ports import SourceDown

if TYPE_CHECKING:  # the engine costs 50 MB: it is imported when the store is first used
    from duckdb import DuckDBPyConnection

# In this order: what can reach outside goes first, and the lock last, so that no query can undo any of it.
_LOCKDOWN = (
    "SET GLOBAL TimeZone = 'UTC'",
    "SET python_enable_replacements = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


def opened(path: Path | None, *, threads: int, memory: str, more: Iterable[str] = ()) -> DuckDBPyConnection:
    """The tables in a file, or in memory where `path` is None; `more` are statements that make others. Raises SourceDown."""
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": threads,
        "memory_limit": memory,
        "max_temp_directory_size": "8GB",
    }
    try:
        connection = duckdb.connect(str(path or ":memory:"), config=config)
        # A sort of a file's rows may need more room than memory; a store in memory is to stay there.
        connection.execute("SET temp_directory = $where", {"where": f"{path}.tmp" if path else ""})
        for statement in (*ddl(), *more, *_LOCKDOWN):
            connection.execute(statement)
    except duckdb.Error as error:
        said = str(error).partition("\n")[0]
        raise SourceDown(f"The local log store {path or 'in memory'} cannot be opened: {said}") from None
    return connection
