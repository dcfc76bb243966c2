"""The check-up from the command line, where no bot runs in this process: whatever is wrong is a finding, not an end."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bot.assembly import assembled
from bot.doctor import fault, well
from bot.model import Diagnosis
from bot.ports import BadSettings

if TYPE_CHECKING:
    from bot.settings import Settings

SETTINGS, DATABASE = "Settings", "Database"


async def examined(load: Settings | BadSettings) -> tuple[Diagnosis, ...]:
    """Everything that is found, given the settings or what is wrong with them."""
    if isinstance(load, BadSettings):
        return (fault(SETTINGS, str(load)),)
    fine = well(SETTINGS, "They are complete.")
    try:
        async with assembled(load) as bot:
            return (fine, *await bot.examine())
    except BadSettings as error:
        found = fault(DATABASE if "DATABASE_URL" in str(error) else SETTINGS, str(error))
    return (fine if found.topic == DATABASE else found, *await _without_database(load, found))


async def _without_database(settings: Settings, found: Diagnosis) -> Sequence[Diagnosis]:
    """What can be looked at without what the bot remembers: so that the next fault is told of at once, and not next time."""
    if found.topic != DATABASE:
        return ()
    with tempfile.TemporaryDirectory(prefix="syncwatch-") as folder:
        empty = f"sqlite:///{(Path(folder) / 'empty.db').as_posix()}"
        async with assembled(settings.model_copy(update={"database_url": empty})) as bot:
            others = [each for each in await bot.examine() if each.topic != DATABASE]
    return (found, *others)


def as_text(found: Sequence[Diagnosis]) -> str:
    """A line a finding, in columns; a finding of several lines goes on below its first."""
    width = max(len(each.topic) for each in found)
    margin = " " * (width + 9)
    return "\n".join(
        f"{each.grade.value:<5}  {each.topic:<{width}}  {each.text.replace(chr(10), chr(10) + margin)}"
        for each in found
    )


def as_json(found: Sequence[Diagnosis]) -> str:
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode()
