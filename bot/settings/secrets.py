"""Secrets that the file of ROUTES refers to: in the environment, in .env, or in files of their own."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

from dotenv import dotenv_values
from pydantic import SecretStr

LARGEST_SECRET = 64 * 1024


def secret(reference: str, env_file: str | None = ".env") -> SecretStr:
    """The secret that `env:NAME` or `file:PATH` stands for. Raises ValueError with a sentence that never holds it."""
    kind, _, where = reference.partition(":")
    if kind == "env" and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", where):
        kept = dotenv_values(env_file, encoding="utf-8-sig") if env_file else {}
        found = os.environ.get(where) or kept.get(where) or ""
        if not found:
            raise ValueError(f"names {where}, which is neither in the environment nor in .env")
        return SecretStr(found)
    if kind == "file" and where:
        return SecretStr(_kept(Path(where)))
    raise ValueError("is to be env:NAME or file:PATH; the secret itself does not belong into this file")


def _kept(path: Path) -> str:
    try:
        # It would be waited for without an end.
        if path.is_fifo():
            raise OSError(errno.EINVAL, "it is a pipe")
        with path.open("rb") as file:
            found = file.read(LARGEST_SECRET + 1).decode("utf-8").strip()
    except (OSError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or "it is no text"
        raise ValueError(f"names the file {path}, which cannot be read: {reason}") from None
    if not found or len(found) > LARGEST_SECRET:
        raise ValueError(f"names the file {path}, which is empty or far too large for a secret")
    return found
