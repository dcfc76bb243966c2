"""Settings of one form: a time, a host, a scope, a resource, and files and folders that are there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator


def _time_of_day(value: str) -> str:
    if not re.fullmatch(r"([01]?[0-9]|2[0-3]):[0-5][0-9]", value):
        raise ValueError("it must be a time of day, like 08:00 or 17:30")
    return value


TimeOfDay = Annotated[str, AfterValidator(_time_of_day)]


def _scope(value: str) -> str:
    if not re.fullmatch(r"https://[A-Za-z0-9_.:/-]+", value):
        raise ValueError("it must be the scope of a token, like https://outlook.office365.com/.default")
    return value


Scope = Annotated[str, AfterValidator(_scope)]


def _host(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.:_-]{0,253}", value):
        raise ValueError(
            "it must be the name of a host alone, like mail.contoso.com; its port has a setting of its own"
        )
    return value


Host = Annotated[str, AfterValidator(_host)]


def _resource(value: str) -> str:
    if not re.fullmatch(r"(/subscriptions/[^?#]+)?", value):
        raise ValueError("it must be a resource id as the portal shows it, /subscriptions/…/workspaces/NAME")
    return value


Resource = Annotated[str, AfterValidator(_resource)]


def _file(value: Path | None) -> Path | None:
    if value is not None and not _is(value, Path.is_file):
        raise ValueError("there is no such file")
    return value


File = Annotated[Path | None, AfterValidator(_file)]


def _folder(value: Path | None) -> Path | None:
    if value is not None and not _is(value, Path.is_dir):
        raise ValueError("there is no such folder")
    return value


Folder = Annotated[Path | None, AfterValidator(_folder)]


def _is(path: Path, what: Callable[[Path], bool]) -> bool:
    """What the system will not even look up, because it is too long or closed to us, is not there."""
    try:
        return what(path)
    except (OSError, ValueError):
        return False
