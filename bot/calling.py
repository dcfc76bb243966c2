"""What people on call are called who never spoke to the bot: asked of the directory, seldom, and never waited for long."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.model import Person
from bot.model.held import Duty
from bot.ports import Clock, SourceDown

log = logging.getLogger(__name__)

KEPT, AGAIN = timedelta(days=1), timedelta(minutes=10)
"""How long a name is good, and when it is asked for again where none was told."""
MOST = 500
"""Names that are kept."""
PATIENCE = 5.0
"""Seconds in which all that are missing are to be told; who is on call is asked in any case."""

Ask = Callable[[str], Awaitable[str | None]]
"""The display name of somebody, by object id: None where there is no such user, "" where it may not be read. Raises
SourceDown."""


class Names:
    """A name that was told once stays until another is told."""

    def __init__(self, ask: Ask, now: Clock) -> None:
        self._ask, self._now = ask, now
        self._known: OrderedDict[str, tuple[str, datetime]] = OrderedDict()

    def put(self, duty: Duty | None) -> Duty | None:
        """With the names of those who have none by themselves, as far as they are known."""
        return None if duty is None else replace(duty, people=tuple(map(self._named, duty.people)))

    async def learn(self, people: Iterable[Person]) -> None:
        """Ask for the names that are missing, or too old."""
        missing = [each.id.lower() for each in people if not each.name and self._is_due(each.id.lower())]
        try:
            async with asyncio.timeout(PATIENCE):
                for each in missing:
                    self._keep(each, await self._ask(each) or "")
        except (SourceDown, TimeoutError) as error:
            for each in missing:
                self._keep(each, "")
            log.warning("names of people on call are not known: %s", str(error) or "the answer took too long")

    def _named(self, person: Person) -> Person:
        name, _ = self._known.get(person.id.lower(), ("", None))
        return person if person.name or not name else replace(person, name=name)

    def _is_due(self, who: str) -> bool:
        at = self._known[who][1] if who in self._known else None
        return at is None or self._now() >= at

    def _keep(self, who: str, name: str) -> None:
        if not self._is_due(who):
            return
        before, _ = self._known.pop(who, ("", None))
        self._known[who] = name or before, self._now() + (KEPT if name else AGAIN)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
