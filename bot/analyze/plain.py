"""How text of the directory, numbers and times are shown: as they are, and never as anything that a terminal obeys."""

from __future__ import annotations

import unicodedata
from datetime import datetime

_ACTORS = {
    "admin": "an administrator of yours",
    "vendor": "the app's vendor",
    "microsoft": "Microsoft",
    "nobody": "nobody",
}


def plain(text: str, limit: int = 300) -> str:
    """The text on one line, with every character that is not to be seen (escapes, reversed writing) shown as �."""
    shown = "".join(
        " " if each in "\t\r\n" else "�" if unicodedata.category(each) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} else each
        for each in text[: limit + 1]
    )
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def size(count: int) -> str:
    """A number of bytes."""
    for unit, step in (("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10)):
        if count >= step:
            return f"{count / step:,.1f} {unit}"
    return f"{count:,} bytes"


def moment(at: datetime | None) -> str:
    return f"{at.day} {at:%b %Y %H:%M} UTC" if at is not None else "unknown"


def short(at: datetime | None) -> str:
    return f"{at.day} {at:%b %H:%M}" if at is not None else ""


def count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def acts(actor: str) -> str:
    """Who must act."""
    return _ACTORS.get(actor, actor)
