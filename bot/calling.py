"""What people on call are called who never spoke to the bot, and whether there are such people at all: asked of the
directory, seldom, and never waited for long.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from bot.model import Person, Value
from bot.model.held import Duty
from bot.ports import Clock, SourceDown

log = logging.getLogger(__name__)

KEPT, GONE, AGAIN = timedelta(days=1), timedelta(hours=1), timedelta(minutes=10)
"""How long a name is good, and that there is nobody; and when it is asked for again where nothing was told."""
MOST = 500
"""Names that are kept."""
PATIENCE = 5.0
"""Seconds in which all that are missing are to be told; who is on call is asked in any case."""

Ask = Callable[[str], Awaitable[str | None]]
"""The display name of somebody, by object id: None where there is no such user, "" where it may not be read. Raises
SourceDown."""


class _Known(Value, frozen=True, kw_only=True):
    """What was told of somebody, and when it is asked for again; `absent`: there is no such person."""

    name: str = ""
    absent: bool = False
    again: datetime


async def _untold(_: str) -> str:
    return ""


class Names:
    """A name that was told once stays until another is told."""

    def __init__(self, ask: Ask = _untold, now: Clock = lambda: datetime.now(UTC)) -> None:
        self._ask, self._now = ask, now
        self._known: OrderedDict[str, _Known] = OrderedDict()

    def put(self, duty: Duty | None) -> Duty | None:
        """With the names of those who have none by themselves, and who of them is not there, as far as that is known."""
        if duty is None:
            return None
        known = {each.id.lower(): self._known.get(each.id.lower()) for each in duty.people if not each.name}
        absent = frozenset(who for who, one in known.items() if one is not None and one.absent)
        return replace(duty, people=tuple(map(self._named, duty.people)), absent=absent)

    async def learn(self, people: Iterable[Person]) -> None:
        """Ask for the names that are missing, or too old; whoever has one of their own has spoken to the bot, so that they
        are there, be it as somebody of another directory.
        """
        missing = [each.id.lower() for each in people if not each.name and self._is_due(each.id.lower())]
        try:
            async with asyncio.timeout(PATIENCE):
                for each in missing:
                    self._learnt(each, await self._ask(each))
        except (SourceDown, TimeoutError) as error:
            for each in missing:
                self._untold(each)
            log.warning("names of people on call are not known: %s", str(error) or "the answer took too long")

    def _named(self, person: Person) -> Person:
        known = self._known.get(person.id.lower())
        return person if person.name or known is None or not known.name else replace(person, name=known.name)

    def _is_due(self, who: str) -> bool:
        known = self._known.get(who)
        return known is None or self._now() >= known.again

    def _learnt(self, who: str, name: str | None) -> None:
        before = self._known.get(who)
        stays = GONE if name is None else KEPT if name else AGAIN
        kept = name or (before.name if before else "")
        self._keep(who, _Known(name=kept, absent=name is None, again=self._now() + stays))

    def _untold(self, who: str) -> None:
        """A directory that does not answer takes nothing back."""
        if self._is_due(who):
            self._keep(who, replace(self._known.get(who) or _Known(again=self._now()), again=self._now() + AGAIN))

    def _keep(self, who: str, known: _Known) -> None:
        self._known.pop(who, None)
        self._known[who] = known
        while len(self._known) > MOST:
            self._known.popitem(last=False)
