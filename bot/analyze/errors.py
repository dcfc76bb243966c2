"""What can be wrong with a file: one sentence that says which file, where in it, and what to do."""

from __future__ import annotations

from bot.ports import BadSettings


class BadFile(BadSettings):
    """A file that cannot be used, and then nothing of any file is; the text is for the terminal."""


class Damaged(BadFile):
    """A file that is whole up to a row: with --partial the rows before it are used."""
