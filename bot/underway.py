"""What is under way at once: one delivery of each lane, and of the lanes of a conversation so many."""

from __future__ import annotations

import asyncio

from bot.model import Conversation, ConversationKind
from bot.model.lane import Lane

AT_ONCE = 64
"""Conversations that are delivered to at the same time: so many in Teams, and as many beyond it, that neither waits for the
other.
"""

ABREAST = 32
"""Calls that one webhook is sent at the same time."""


class Room:
    """A conversation in which something is under way: so many of its lanes have a turn, the others wait for one of them to end.

    Once it is `shut`, nothing more is begun there.
    """

    def __init__(self, abreast: int, *, in_teams: bool) -> None:
        self.lanes = 0
        self.shut = False
        self.in_teams = in_teams
        self.turns = asyncio.Semaphore(abreast)
        self._abreast = abreast

    @property
    def takes_more(self) -> bool:
        """Whether one more lane would not have to wait."""
        return not self.shut and self.lanes < self._abreast


class UnderWay:
    """The lanes that were begun and have not ended, by conversation."""

    def __init__(self) -> None:
        self._rooms: dict[str, Room] = {}
        self._tasks: dict[Lane, asyncio.Task[None]] = {}

    def free(self, *, in_teams: bool) -> int:
        """In how many more conversations something may be begun, of those in Teams or of those beyond it."""
        return AT_ONCE - sum(room.in_teams is in_teams for room in self._rooms.values())

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        return list(self._tasks.values())

    def knows(self, place: str) -> bool:
        """Whether something is under way in that conversation."""
        return place in self._rooms

    def taken(self) -> list[Lane]:
        """What need not be looked for: these lanes, and all of a conversation where one more would only wait."""
        whole = [Lane(place=name) for name, room in self._rooms.items() if not room.takes_more]
        return whole + [lane for lane in self._tasks if self._rooms[lane.place].takes_more]

    def room(self, place: Conversation) -> Room:
        """Where a lane of that conversation is to be delivered."""
        if place.id not in self._rooms:
            # A mail may arrive twice if its answer is lost, so there is never more than one under way.
            abreast = ABREAST if place.kind is ConversationKind.WEBHOOK else 1
            self._rooms[place.id] = Room(abreast, in_teams=place.in_teams)
        return self._rooms[place.id]

    def began(self, lane: Lane, task: asyncio.Task[None]) -> None:
        self._tasks[lane] = task
        self._rooms[lane.place].lanes += 1

    def ended(self, lane: Lane) -> bool:
        """Whether more may be begun in its conversation now."""
        room = self._rooms[lane.place]
        del self._tasks[lane]
        room.lanes -= 1
        if not room.lanes:
            del self._rooms[lane.place]
        return room.takes_more or not room.lanes
