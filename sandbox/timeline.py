"""What is still to happen, and what is still under way to the log: two queues ordered by time."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Queue(Generic[T]):
    """Things with a time; things of the same time keep the order in which they came."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, T]] = []
        self._count = 0

    def add(self, when: datetime, what: T) -> None:
        self._count += 1
        heapq.heappush(self._heap, (when, self._count, what))

    def pop(self, until: datetime) -> tuple[datetime, T] | None:
        """The next thing whose time has come."""
        if self._heap and self._heap[0][0] <= until:
            when, _, what = heapq.heappop(self._heap)
            return when, what
        return None

    def __len__(self) -> int:
        return len(self._heap)


class Timeline:
    """Plays what was planned, each at its own time, however late somebody looks."""

    def __init__(self) -> None:
        self._plans: Queue[Callable[[datetime], Any]] = Queue()

    def at(self, when: datetime, what: Callable[[datetime], Any]) -> None:
        self._plans.add(when, what)

    def play(self, until: datetime) -> None:
        while (due := self._plans.pop(until)) is not None:
            when, what = due
            what(when)
