"""`app.py migrate`: the database brought to the newest schema, or filled from another one; for use before an upgrade."""

from __future__ import annotations

from bot.adapters.store import Store
from bot.adapters.store.copying import copy
from bot.ports import BadSettings


async def migrate(url: str, *, check: bool = False, source: str = "") -> str:
    """What was done, in a sentence; with `check` what would be. `source` is a database to be copied into this one.

    Raises BadSettings.
    """
    if source:
        await _readable(source, url)
        if check:
            return "With --from nothing is checked beforehand: what cannot be copied leaves the new database as it was."
    before = await Store.revision_at(url)
    if check:
        return _would(before)
    store = await Store.open(url)
    try:
        if source:
            return await _copied(source, store)
    finally:
        await store.close()
    if not before:
        return f"The database is new: its tables are made, at revision {Store.revision}."
    if before == Store.revision:
        return f"The database is up to date already, at revision {before}."
    return f"The database is brought from revision {before} to {Store.revision}, with all that is in it."


async def _readable(source: str, target: str) -> None:
    """Raises BadSettings where there is nothing to be copied from."""
    if source == target:
        raise BadSettings("--from names the database of DATABASE_URL itself.")
    try:
        known = await Store.revision_at(source)
    except BadSettings as error:
        raise BadSettings(str(error).replace("DATABASE_URL", "--from")) from None
    if not known:
        raise BadSettings("The database of --from is empty, or is none of Syncwatch's: there is nothing to copy.")


def _would(before: str) -> str:
    if not before:
        return f"The database is empty: its tables would be made, at revision {Store.revision}."
    if before == Store.revision:
        return f"The database is up to date, at revision {before}."
    return f"The database is at revision {before}: it would be brought to {Store.revision}."


async def _copied(source: str, target: Store) -> str:
    old = await Store.open(source)
    try:
        counts = await copy(old, target)
    finally:
        await old.close()
    full = sum(1 for rows in counts.values() if rows)
    return f"{sum(counts.values()):,} rows of {full} tables are copied. Set DATABASE_URL and start the bot; stop the old one first."
