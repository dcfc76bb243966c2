"""Everything that the settings name, looked at before anything is opened or written: what is wrong becomes one list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.assembly.named import LOOKS
from bot.assembly.routes import arranged
from bot.model.routes import Arranged
from bot.ports import BadSettings
from bot.settings import Mistake, Read, Settings, in_order, refused, secret, strange_names, wrong

if TYPE_CHECKING:
    from pydantic import SecretStr


@dataclass(frozen=True, kw_only=True)
class Checked:
    """`arranged` is what the file of ROUTES says, nothing where it cannot be used. `notes` are sentences about names that
    seem to be misspelt settings."""

    settings: Settings
    arranged: Arranged
    mistakes: tuple[Mistake, ...]
    notes: tuple[str, ...]

    @property
    def wrong(self) -> frozenset[str]:
        """The settings that are wrong, or that name something that is."""
        return frozenset(each.setting for each in self.mistakes)


async def check(read: Read) -> Checked:
    """All that is wrong, with the settings by themselves and with what they name. Nothing is stored; what ERRORS_FILE says
    of error codes holds in this process from now on.
    """
    from bot.adapters.store import Store

    settings, secrets = read.settings, _Secrets()
    found, routes = list(read.mistakes), Arranged()
    known = frozenset(each.setting for each in found)
    for name, look in LOOKS.items():
        if name not in known:
            found += (wrong(name, why) for why in look(settings, known))
    try:
        routes = arranged(settings, secrets.get, known)
    except BadSettings as error:
        found += (Mistake(setting="routes", text=text) for text in error.mistakes)
    try:
        await Store.would_open(settings.database_url)
    except BadSettings as error:
        found.append(Mistake(setting="database_url", text=str(error)))
    notes = strange_names(secrets.names)
    return Checked(settings=settings, arranged=routes, mistakes=in_order(found), notes=notes)


async def checked(read: Read) -> Checked:
    """What can be started. Raises BadSettings with all that is wrong."""
    found = await check(read)
    if found.mistakes:
        raise refused(found.mistakes)
    return found


class _Secrets:
    """Gets secrets, and remembers the `names` of those that stand among the settings."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def get(self, reference: str) -> SecretStr:
        """Raises ValueError where it cannot be had."""
        kind, _, name = reference.partition(":")
        if kind == "env":
            self.names.add(name)
        return secret(reference)
