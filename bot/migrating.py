"""`app.py migrate`: the database brought to the newest schema, or filled from another one; for use before an upgrade."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bot.adapters.store import Store
from bot.adapters.store.copying import copy, held, refuse_full
from bot.adapters.store.naming import are_one, shown
from bot.adapters.store.upgrading import refuse_newer, revision
from bot.model import Value
from bot.ports import BadSettings

FILE = "sqlite:///"


class Checked(Value, frozen=True, kw_only=True):
    """What would be done, or why it cannot be. `ready`: the bot would find the database as it is to be, or with --from
    the copy can be made."""

    said: str
    ready: bool


def where(url: str, *, default: str, source: str = "") -> str:
    """Which database is meant, said before anything is done with it."""
    named = shown(url) or "an address that is none"
    lines = [f"Database: {named}{' (the default of DATABASE_URL)' if url == default else ''}."]
    if source:
        lines.append(f"Copied from: {shown(source) or 'an address that is none'}.")
    return "\n".join(lines)


async def check(url: str, *, source: str = "") -> Checked:
    """What `migrate` would do; nothing is changed."""
    try:
        if source:
            return Checked(said=await _would_copy(source, url), ready=True)
        return _would(await _revision(url))
    except BadSettings as error:
        return Checked(said=str(error), ready=False)


async def migrate(url: str, *, source: str = "") -> str:
    """What was done, in a sentence. `source` is a database to be copied into this one. Raises BadSettings."""
    if source:
        await _would_copy(source, url)
        return await _copied(source, url)
    before = await Store.revision_at(url)
    await (await Store.open(url)).close()
    if not before:
        return f"The database is new: its tables are made, at revision {Store.revision}."
    if before == Store.revision:
        return f"The database is up to date already, at revision {before}."
    return f"The database is brought from revision {before} to {Store.revision}, with all that is in it."


def _would(before: str) -> Checked:
    if not before:
        said = f"The database is empty: its tables would be made, at revision {Store.revision}."
    elif before == Store.revision:
        said = f"The database is up to date, at revision {before}."
    else:
        said = f"The database is at revision {before}: it would be brought to {Store.revision}."
    return Checked(said=said, ready=before == Store.revision)


async def _revision(url: str) -> str:
    """Raises BadSettings where it cannot be read, or is of a newer Syncwatch."""
    found = await Store.revision_at(url)
    refuse_newer(found)
    return found


async def _would_copy(source: str, target: str) -> str:
    """What would be copied. Raises BadSettings where that cannot be."""
    if are_one(source, target):
        raise BadSettings("--from names the database of DATABASE_URL itself.")
    if _is_no_file(source):
        raise BadSettings(f"--from names {shown(source)}, and there is no such file.")
    with _of_the_source():
        old = await _revision(source)
        if not old:
            raise BadSettings("The database of --from is empty, or is none of Syncwatch's: there is nothing to copy.")
        async with Store.unchanged(source) as tx:
            rows = await held(tx.connection) if tx else {}
    async with Store.unchanged(target) as tx:
        if tx is not None:
            refuse_newer(await revision(tx.connection))
            await refuse_full(tx.connection)
    first = f" It is at revision {old} and would be brought to {Store.revision} first." if old != Store.revision else ""
    return f"{_counted(rows)} would be copied into an empty database.{first}"


def _is_no_file(url: str) -> bool:
    """Whether it names a file that is not there; opening it would make it, or say less."""
    return url.startswith(FILE) and not os.path.exists(Path(url.removeprefix(FILE)))


@contextmanager
def _of_the_source() -> Generator[None]:
    """What is said of DATABASE_URL is meant of --from."""
    try:
        yield
    except BadSettings as error:
        raise BadSettings(str(error).replace("DATABASE_URL", "--from")) from None


async def _copied(source: str, target: str) -> str:
    with _of_the_source():
        old = await Store.open(source)
    try:
        new = await Store.open(target)
        try:
            counts = await copy(old, new)
        finally:
            await new.close()
    finally:
        await old.close()
    return f"{_counted(counts)} are copied. Set DATABASE_URL and start the bot; stop the old one first."


def _counted(rows: dict[str, int]) -> str:
    return f"{sum(rows.values()):,} rows of {sum(map(bool, rows.values()))} tables"
