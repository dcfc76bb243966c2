"""Where a sandbox keeps its state and logs, and the ports it needs; one sandbox at a time in each place."""

from __future__ import annotations

import json
import random
import socket
import sqlite3
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Self


class StartFailed(Exception):
    """A part of the sandbox does not start or has died; the text is for the terminal."""


class Home:
    """A folder that is this sandbox's alone while entered. The bot's database begins empty: so does the tenant."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._database, self._facts = self.folder / "syncwatch.db", self.folder / "sandbox.json"

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            # SQLite's lock is the one lock that is alike everywhere and ends with the process.
            self._lock = sqlite3.connect(self.folder / "lock.db", timeout=0)
            self._lock.execute("BEGIN EXCLUSIVE")
            for suffix in ("", "-wal", "-shm", "-journal"):
                self._database.with_name(self._database.name + suffix).unlink(missing_ok=True)
        except sqlite3.OperationalError:
            raise StartFailed(f"Another sandbox is running in {self.folder}; stop it first.") from None
        except OSError as error:
            raise StartFailed(f"{self.folder} cannot be used: {error.strerror}.") from None
        return self

    def __exit__(self, *_: object) -> None:
        self._facts.unlink(missing_ok=True)
        self._lock.close()

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self._database.as_posix()}"

    def tell(self, **facts: str) -> None:
        """Write down where the running parts are, for scripts and tests."""
        self._facts.write_text(json.dumps(facts, indent=1), "utf-8")


def check_port(port: int) -> None:
    """Raises StartFailed where something listens on this port already."""
    with closing(socket.socket()) as probe:
        if sys.platform != "win32":  # there the option has another meaning; here it forgives what has just ended
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            raise StartFailed(
                f"Port {port} cannot be used; is something running there? Choose another one with --port NUMBER; "
                'with make that is `make run ARGS="--port NUMBER"`.'
            ) from None


def free_port() -> int:
    """A port that nobody uses just now, outside the range out of which systems serve whoever asks for any port."""
    for port in random.sample(range(20_000, 32_000), 100):
        with closing(socket.socket()) as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise StartFailed("No port between 20000 and 32000 can be used.")
