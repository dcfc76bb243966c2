"""Settings of one form: a time, a host, a scope, a resource, and files and folders that are there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator


def _like(pattern: str, wanted: str) -> AfterValidator:
    """The whole of it is to be of that form; `wanted` says what that is."""

    def formed(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"it must be {wanted}")
        return value

    return AfterValidator(formed)


TimeOfDay = Annotated[str, _like(r"([01]?[0-9]|2[0-3]):[0-5][0-9]", "a time of day, like 08:00 or 17:30")]

Scope = Annotated[
    str, _like(r"https://[A-Za-z0-9_.:/-]+", "the scope of a token, like https://outlook.office365.com/.default")
]

Host = Annotated[
    str,
    _like(
        r"[A-Za-z0-9.:_-]{0,253}",
        "the name of a host alone, like mail.contoso.com; its port has a setting of its own",
    ),
]

Resource = Annotated[
    str,
    _like(
        r"(/subscriptions/[^?#]+)?",
        "a resource id as the portal shows it, /subscriptions/…/workspaces/NAME",
    ),
]


def _there(what: Callable[[Path], bool], kind: str) -> AfterValidator:
    def found(value: Path | None) -> Path | None:
        if value is not None and not _is(value, what):
            raise ValueError(f"there is no such {kind}")
        return value

    return AfterValidator(found)


File = Annotated[Path | None, _there(Path.is_file, "file")]

Folder = Annotated[Path | None, _there(Path.is_dir, "folder")]


def _is(path: Path, what: Callable[[Path], bool]) -> bool:
    """What the system will not even look up, because it is too long or closed to us, is not there."""
    try:
        return what(path)
    except (OSError, ValueError):
        return False
