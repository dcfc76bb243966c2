"""Who has the bot's app in Teams: the administrators from the start, anybody else once it is installed for them."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.ids import guid
from sandbox.world import World


class Apps:
    """The one app of the organization's catalogue, and the people who have it; `told` is called with whoever gets it.

    `forbidden` are people for whom the app must not be installed.
    """

    def __init__(self, world: World, people: tuple[str, ...]) -> None:
        self.catalogue_id = world.guid("catalogue", world.app_id)
        self.external_id = world.app_id
        self.uploaded = True
        self.forbidden: set[str] = set()
        self.told: list[Callable[[str], None]] = []
        self._installed = {who: self._number(who) for who in people}

    def has(self, user_id: str) -> bool:
        return user_id in self._installed

    def installation(self, user_id: str) -> str:
        """The id of the installation. Raises KeyError for who has none."""
        return self._installed[user_id]

    def install(self, user_id: str) -> bool:
        """Whether the person did not have it before."""
        if self.has(user_id):
            return False
        self._installed[user_id] = self._number(user_id)
        for tell in self.told:
            tell(user_id)
        return True

    def remove(self, user_id: str) -> None:
        self._installed.pop(user_id, None)

    def _number(self, user_id: str) -> str:
        return guid("installation", self.catalogue_id, user_id)
