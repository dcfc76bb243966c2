"""A memory of calls, held against windows that slide along with the time."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

Windows = Sequence[tuple[float, int]]
"""So many seconds, and how many calls in them."""

OVERTAKEN = 64
"""Calls that may be answered later than those that left after them, and are therefore remembered for longer."""


class Call:
    """One call: the latest time at which it may have arrived, by the clock of whoever made it."""

    __slots__ = ("arrived",)

    def __init__(self, arrived: float) -> None:
        self.arrived = arrived


class Sliding:
    """The calls of late, and the windows that they must keep within; `share` is how much of each window is used."""

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._calls = deque[Call](maxlen=max(most for _, most in windows) + OVERTAKEN)

    def free_at(self, share: float = 1.0) -> float:
        """The time from which on another call fits; in the past where one fits now."""
        times = sorted(call.arrived for call in self._calls)
        return max(
            (
                times[-fit] + seconds
                for seconds, most in self._windows
                if len(times) >= (fit := max(1, int(most * share)))
            ),
            default=0.0,
        )

    def called(self, call: Call) -> None:
        self._calls.append(call)

    def fullness(self, now: float) -> float:
        """How full the fullest window is: 1 where nothing more fits into it."""
        return max(sum(call.arrived > now - seconds for call in self._calls) / most for seconds, most in self._windows)

    def idle_since(self, at: float) -> bool:
        """Whether no call is remembered that is newer."""
        return not self._calls or self._calls[-1].arrived < at
