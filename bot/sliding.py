"""A memory of calls, held against windows that slide along with the time."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

Windows = Sequence[tuple[float, int]]
"""So many seconds, and how many calls in them."""


class Sliding:
    """The calls of late, and the windows that they must keep within; `share` is how much of each window is used."""

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._calls = deque[float](maxlen=max(most for _, most in windows))

    def free_at(self, margin: float, share: float = 1.0) -> float:
        """The time from which on another call fits; in the past where one fits now."""
        calls = self._calls
        return max(
            (
                calls[-fit] + seconds + margin
                for seconds, most in self._windows
                if len(calls) >= (fit := max(1, int(most * share)))
            ),
            default=0.0,
        )

    def called(self, at: float) -> None:
        self._calls.append(at)

    def fullness(self, now: float) -> float:
        """How full the fullest window is: 1 where nothing more fits into it."""
        return max(sum(at > now - seconds for at in self._calls) / most for seconds, most in self._windows)

    def idle_since(self, at: float) -> bool:
        """Whether no call is remembered that is newer."""
        return not self._calls or self._calls[-1] < at
