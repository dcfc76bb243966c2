"""What refusals teach: how much of a window is used from then on, and whether it is the window of all that is too wide."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection

STEP = 0.8
"""What is left of a window after a refusal."""
LEAST = 0.1
AT_ONCE = 0.5
"""What a single refusal narrows a window to at most, before that step: it may have been an accident."""
RECOVERS = 3600.0
"""Seconds after which a window is as wide again as it was."""

LATELY = 10.0
MANY = 3
"""Conversations that are refused within ten seconds, where the reason is not theirs."""
PORTION = 0.08
"""And the part of all calls: a service that refuses at random is not to be slowed down for."""


class Share:
    """The part of a window that is used: all of it, or less after a refusal."""

    def __init__(self) -> None:
        self._narrowed, self._at = 1.0, 0.0

    def at(self, now: float) -> float:
        """The part that is used at a time."""
        left = max(0.0, 1 - (now - self._at) / RECOVERS)
        return 1 - (1 - self._narrowed) * left

    def narrow(self, now: float, fullness: float) -> None:
        """Less than what was used when it was refused."""
        self._narrowed, self._at = max(LEAST, STEP * min(self.at(now), max(AT_ONCE, fullness))), now


class Crowd:
    """The calls and the refusals of late, of all conversations together."""

    def __init__(self) -> None:
        self._calls = deque[float]()
        self._refusals = deque[tuple[float, str]]()

    def called(self, at: float) -> None:
        self._calls.append(at)
        self._forget(at)

    def refused(self, conversation: str, now: float) -> Collection[str]:
        """Who was refused of late, where these are so many that the limit of all must have been met; else nobody."""
        self._refusals.append((now, conversation))
        self._forget(now)
        found = {name for _, name in self._refusals}
        if len(found) < MANY or len(self._refusals) < PORTION * len(self._calls):
            return ()
        self._calls.clear()
        self._refusals.clear()
        return found

    def _forget(self, now: float) -> None:
        while self._calls and self._calls[0] < now - LATELY:
            self._calls.popleft()
        while self._refusals and self._refusals[0][0] < now - LATELY:
            self._refusals.popleft()
