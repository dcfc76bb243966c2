"""What was last said of each incident at one receiver, so that nothing is said twice; forgotten at a restart, harmlessly."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")

MOST = 10_000


class Memory(Generic[T]):
    """The latest sayings, by name."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._said: OrderedDict[str, T] = OrderedDict()

    def get(self, name: str) -> T | None:
        return self._said.get(name)

    def forget(self, name: str) -> None:
        """From here on it is not known what was said last, as when a call has begun whose end may not be heard."""
        self._said.pop(name, None)

    def put(self, name: str, said: T) -> None:
        self._said[name] = said
        self._said.move_to_end(name)
        if len(self._said) > self._most:
            self._said.popitem(last=False)
