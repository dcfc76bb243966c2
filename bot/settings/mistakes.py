"""What is wrong with the settings, as one list: each line names the setting, or the file that it names and where in it."""

from __future__ import annotations

from collections.abc import Iterable

from bot.model import Value
from bot.ports import BadSettings


class Mistake(Value, frozen=True, kw_only=True):
    """`setting` is the field that it belongs to; `text` is a line that a person can act on, without ids or secrets."""

    setting: str
    text: str
    missing: bool = False


def refused(mistakes: Iterable[Mistake]) -> BadSettings:
    """All of them in one text."""
    found = list(mistakes)
    lines = [each.text for each in found]
    return BadSettings("\n".join([_heading(found), *(f"  {line}" for line in lines)]), lines)


def _heading(found: list[Mistake]) -> str:
    missing = sum(each.missing for each in found)
    if missing == len(found):
        what, them = ("A setting is", "it") if missing == 1 else ("Settings are", "these")
        return f"{what} missing; put {them} into the environment or .env:"
    if not missing:
        return "A setting is wrong; mend this:" if len(found) == 1 else "Settings are wrong; mend these:"
    return "Settings are missing, and others are wrong; add and mend these:"
