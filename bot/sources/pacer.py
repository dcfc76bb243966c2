"""Keeps calls within a service's windows, without ever waiting: what does not fit now is done at a later look."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

Window = tuple[float, int]
"""So many seconds, so many calls in them."""


class Pacer:
    """Sliding windows over the calls made. `elapsed` counts seconds and never goes back."""

    def __init__(self, windows: Sequence[Window], elapsed: Callable[[], float] = time.monotonic) -> None:
        self._windows = tuple(windows)
        self._longest = max(seconds for seconds, _ in windows)
        self._elapsed = elapsed
        self._calls: deque[float] = deque()
        self._held_until = float("-inf")

    def take(self) -> bool:
        """Whether a call may be made now; if so it is counted."""
        now = self._elapsed()
        while self._calls and now - self._calls[0] >= self._longest:
            self._calls.popleft()
        if now < self._held_until:
            return False
        for seconds, most in self._windows:
            if sum(now - call < seconds for call in self._calls) >= most:
                return False
        self._calls.append(now)
        return True

    def hold(self, seconds: float) -> None:
        """Make no call for so long, as the service asked."""
        self._held_until = max(self._held_until, self._elapsed() + seconds)

    @property
    def held(self) -> float:
        """Seconds until calls may be made again after `hold`."""
        return max(0.0, self._held_until - self._elapsed())
