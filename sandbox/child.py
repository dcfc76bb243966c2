"""A program that the sandbox starts: its output goes to a file, and it ends, with its own children, when told to."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

_WINDOWS = sys.platform == "win32"
_LOGGED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d [A-Z]+ ")
"""How a line begins that the bot has logged, and not said before it ended."""
MOST_SAID = 40


class Child:
    """Use as `async with Child(…)`. It has its own process group, so Ctrl-C reaches the sandbox alone."""

    def __init__(
        self, command: Sequence[str | Path], *, log: Path, cwd: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.log = log
        self._command, self._cwd = [str(part) for part in command], cwd
        self._environment = {**os.environ, **(environment or {})}

    async def __aenter__(self) -> Self:
        with self.log.open("wb") as output:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._cwd,
                env=self._environment,
                start_new_session=not _WINDOWS,
                creationflags=subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0,
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        self._end(hard=False)
        try:
            async with asyncio.timeout(5):
                await self._process.wait()
        except TimeoutError:
            pass
        finally:
            self._end(hard=True)  # also what the child has left behind in its group
            await self._process.wait()

    async def ended(self) -> int:
        """Wait for its end, which nobody asked for."""
        return await self._process.wait()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    def last_words(self, most: int = 3) -> str:
        """The last lines that it wrote."""
        return "\n".join(self._written()[-most:])

    def why_ended(self) -> str:
        """All that it said at its end, after what it logged: a refusal lists everything that is to be mended.

        Of a crash, and where it said nothing, the last lines are enough.
        """
        lines = self._written()
        logged = [at for at, line in enumerate(lines) if _LOGGED.match(line)]
        said = lines[logged[-1] + 1 :] if logged else lines
        if not said or any(line.startswith("Traceback ") for line in said):
            return self.last_words()
        rest = len(said) - MOST_SAID
        more = [f"  … and {rest} more line{'s' * (rest > 1)} in {self.log}"] if rest > 0 else []
        return "\n".join([*said[:MOST_SAID], *more])

    def _written(self) -> list[str]:
        return self.log.read_text("utf-8", "replace").strip().splitlines()

    def _end(self, *, hard: bool) -> None:
        if sys.platform == "win32":
            if self.running:
                words = ["taskkill", "/T", "/F", "/PID", str(self._process.pid)]
                subprocess.run(words, capture_output=True, check=False)  # noqa: S603
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL if hard else signal.SIGTERM)
