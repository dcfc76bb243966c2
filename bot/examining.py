"""The check-up from the command line, where no bot runs in this process: whatever is wrong is a finding, not an end."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from bot.adapters.store import Store
from bot.adapters.store.naming import is_missing, shown
from bot.assembly import assembled
from bot.assembly.checking import Checked, check
from bot.doctor import fault, note, well
from bot.model import Diagnosis
from bot.ports import BadSettings
from bot.settings import Mistake, Read, Settings
from bot.settings.endpoints import Endpoints
from bot.settings.mail import Mail
from bot.settings.who import Who

SETTINGS, DATABASE, DATABASE_URL = "Settings", "Database", "database_url"

VITAL = frozenset([*Who.model_fields, *Endpoints.model_fields])
"""Without these nobody can be asked anything: who the bot is, and where Microsoft's services are."""

KEPT_THERE = ("Broken rows", DATABASE, "Deliveries", "On call", "Routes", "Sources", "Watch")
"""Topics that are looked at in the database."""

BEHIND: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(KEPT_THERE, frozenset([DATABASE_URL])),
    "Mail": frozenset(Mail.model_fields),
    "Archive": frozenset(["archive_file", "workspace_id"]),
}
"""Topics of which nothing can be said where one of these settings is wrong."""

NOTHING: Mapping[str, Any] = {"archive_file": Path("none")}
"""What stands for a setting that is wrong where its default would be something that was not meant."""


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
    return tuple(_named(each, known.settings.database_url) for each in found)


async def _looked_at(known: Checked) -> Sequence[Diagnosis]:
    """What the checks find, of what can be looked at without what is wrong; so that nothing is told only next time."""
    try:
        pending = await _pending(known)
        async with _without(known, empty=bool(pending)) as rest, assembled(rest, telling=False) as bot:
            found = await bot.examine()
    except BadSettings as error:
        return (fault(DATABASE, str(error)),)
    untold = {topic for topic, settings in BEHIND.items() if settings & known.wrong}
    if not pending:
        return [each for each in found if each.topic not in untold]
    untold.update(KEPT_THERE)
    return [note(DATABASE, pending), *(each for each in found if each.topic not in untold)]


async def _pending(known: Checked) -> str:
    """What is still to be done to the database, which a check-up does not do; "" where nothing is. Raises BadSettings."""
    url = known.settings.database_url
    if DATABASE_URL in known.wrong or (now := await Store.revision_at(url)) == Store.revision:
        return ""
    if is_missing(url):
        return "It is not there yet; `app.py serve` makes it."
    if not now:
        return "It is empty; `app.py serve` makes its tables."
    return (
        f"It is of an earlier Syncwatch ({now}) and was not looked into; "
        f"`app.py migrate`, or the next start, brings it to {Store.revision}."
    )


@asynccontextmanager
async def _without(known: Checked, *, empty: bool) -> AsyncGenerator[Checked]:
    """The same with nothing in the place of what names something that cannot be used, and an empty database for one
    that cannot be opened or, where `empty` says so, for the one that there is."""
    settings, wrong = known.settings, known.wrong
    defaults = {name: NOTHING.get(name, Settings.model_fields[name].default) for name in wrong}
    if wrong & BEHIND["Mail"]:
        defaults["smtp_host"] = ""  # its settings are of use only together
    with tempfile.TemporaryDirectory(prefix="syncwatch-") as folder:
        if empty or DATABASE_URL in wrong:
            defaults[DATABASE_URL] = f"sqlite:///{(Path(folder) / 'empty.db').as_posix()}"
        yield replace(known, settings=settings.model_copy(update=defaults), mistakes=())


def _mistake(found: Mistake) -> Diagnosis:
    return fault(DATABASE if found.setting == DATABASE_URL else SETTINGS, found.text)


def _named(found: Diagnosis, url: str) -> Diagnosis:
    """What is said of the database also says which one it is."""
    if found.topic != DATABASE or not (name := shown(url)):
        return found
    default = ", the default of DATABASE_URL" if url == Settings.model_fields[DATABASE_URL].default else ""
    return msgspec.structs.replace(found, text=f"{found.text} This is {name}{default}.")


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
