"""The kinds of values that settings have; each mistake is a short sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_network
from typing import Annotated, Literal
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

from bot.reminders import gaps
from bot.roles import EVERYBODY

MOST = 5
"""Words of a setting that are named in one mistake."""


def _split(value: object) -> object:
    return tuple(part for part in value.replace(",", " ").split()) if isinstance(value, str) else value


def is_address(value: str) -> bool:
    """Whether it is a whole address of HTTP: a host, a port that there can be, and nothing blank."""
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and " " not in value
    except ValueError:
        return False


def _address(value: str) -> str:
    if not is_address(value) or not value.isprintable():
        raise ValueError("it must be a whole address, https://HOST/…")
    return value


def _encrypted(value: str) -> str:
    if not value.startswith("https://"):
        raise ValueError("it must begin with https://: secrets are sent there")
    return _address(value)


def _guid(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return str(UUID(value))
    except ValueError:
        raise ValueError("it is not a GUID, like 0b1c2d3e-4f50-4172-8394-a5b6c7d8e9f0") from None


def _listed(words: Sequence[str]) -> str:
    """All of several words, of very many the first ones."""
    more = f" and {len(words) - MOST} more" if len(words) > MOST else ""
    return f"{', '.join(words[:MOST])}{more}"


def _people(value: object) -> object:
    """Object ids. What is wrong is shown, because it is somebody's name or address that was taken for one."""
    if not isinstance(value, str):
        return value
    words = value.replace(",", " ").split()
    wrong = [repr(word[:60]) for word in words if word != EVERYBODY and not _is_guid(word)]
    if wrong:
        are = "is not a GUID" if len(wrong) == 1 else "are not GUIDs"
        raise ValueError(f"{_listed(wrong)} {are} (the Entra object id of a person)")
    return tuple(word if word == EVERYBODY else str(UUID(word)) for word in words)


def _is_guid(word: str) -> bool:
    try:
        return bool(UUID(word))
    except ValueError:
        return False


def named(value: tuple[str, ...]) -> tuple[str, ...]:
    if EVERYBODY in value:
        raise ValueError("* is for READERS only; name each operator")
    return value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]


People = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_people)]


SourceNames = Annotated[tuple[Literal["graph", "log_analytics"], ...], NoDecode, BeforeValidator(_split)]


Url = Annotated[str, AfterValidator(_address)]


Https = Annotated[str, AfterValidator(_encrypted)]


Guid = Annotated[str, BeforeValidator(_guid)]


OptionalGuid = Annotated[str, BeforeValidator(lambda value: value and _guid(value))]


def _zone(value: object) -> object:
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("it is no time zone, which are written as Europe/Berlin") from None
    return value


Zone = Annotated[str, BeforeValidator(_zone)]


def _reminding(value: str) -> str:
    gaps(value)
    return value


Reminders = Annotated[str, AfterValidator(_reminding)]


def _installed_as(value: object) -> object:
    """The app in the catalogue: an id, "auto", or "" for what must not be installed."""
    word = value.strip().lower() if isinstance(value, str) else ""
    known = {"auto": "auto", "true": "auto", "": "", "none": "", "false": ""}
    return known[word] if word in known else _guid(value)


def _inside(value: tuple[str, ...]) -> tuple[str, ...]:
    if wrong := [repr(word[:60]) for word in value if not _is_place(word)]:
        are = "is neither" if len(wrong) == 1 else "are neither"
        raise ValueError(f"{_listed(wrong)} {are} a host, like tickets.corp.example, nor a network, like 10.1.0.0/16")
    return value


def _is_place(word: str) -> bool:
    try:
        ip_network(word.strip("[]"), strict=False)
    except ValueError:
        return re.fullmatch(r"(?=.*[^\W\d_])[\w-]+(\.[\w-]+)*\.?", word) is not None
    return True


Places = Annotated[Words, AfterValidator(_inside)]


CatalogueApp = Annotated[str, BeforeValidator(_installed_as)]


LOOPBACK = ("localhost", "127.0.0.1", "::1")


VARIED = 10
"""Different characters that a secret of ours has at least."""


Seconds = Annotated[float, Field(gt=0, le=86_400)]
