"""The check-up from the command line, where no bot runs in this process: whatever is wrong is a finding, not an end."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import msgspec

from bot.assembly import assembled
from bot.assembly.checking import Checked, check
from bot.doctor import fault, note, well
from bot.model import Diagnosis
from bot.ports import BadSettings
from bot.settings import Mistake, Read, Settings
from bot.settings.endpoints import Endpoints
from bot.settings.who import Who

SETTINGS, DATABASE, DATABASE_URL = "Settings", "Database", "database_url"

VITAL = frozenset([*Who.model_fields, *Endpoints.model_fields])
"""Without these nobody can be asked anything: who the bot is, and where Microsoft's services are."""


async def examined(read: Read | BadSettings) -> tuple[Diagnosis, ...]:
    """Everything that is found, given the settings with what is wrong with them, or why they cannot be read."""
    if isinstance(read, BadSettings):
        return (fault(SETTINGS, str(read)),)
    known = await check(read)
    found = [_mistake(each) for each in known.mistakes]
    if all(each.topic == DATABASE for each in found):
        found.insert(0, well(SETTINGS, "They are complete."))
    found += (note(SETTINGS, each) for each in known.notes)
    if not known.wrong & VITAL:
        found += await _looked_at(known)
    return tuple(found)


async def _looked_at(known: Checked) -> Sequence[Diagnosis]:
    """What the checks find, of what can be looked at without what is wrong; so that nothing is told only next time."""
    try:
        async with _without(known) as rest, assembled(rest) as bot:
            found = await bot.examine()
    except BadSettings as error:
        return (fault(DATABASE, str(error)),)
    return [each for each in found if each.topic != DATABASE or DATABASE_URL not in known.wrong]


@asynccontextmanager
async def _without(known: Checked) -> AsyncGenerator[Checked]:
    """The same with nothing in the place of what names something that cannot be used, and an empty database for one
    that cannot be opened."""
    settings = known.settings
    defaults = {name: Settings.model_fields[name].default for name in known.wrong}
    with tempfile.TemporaryDirectory(prefix="syncwatch-") as folder:
        if DATABASE_URL in known.wrong:
            defaults[DATABASE_URL] = f"sqlite:///{(Path(folder) / 'empty.db').as_posix()}"
        yield replace(known, settings=settings.model_copy(update=defaults), mistakes=())


def _mistake(found: Mistake) -> Diagnosis:
    return fault(DATABASE if found.setting == DATABASE_URL else SETTINGS, found.text)


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
