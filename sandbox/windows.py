"""The rates that Teams allows a bot, in one conversation and in all of them, as its documentation lists them."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from datetime import datetime

Limits = Sequence[tuple[float, int]]

SEND: Limits = ((1, 7), (2, 8), (30, 60), (3600, 1800))
"""(seconds, most calls in that time) for sending; updates and deletions are counted with it."""
IN_ALL: Limits = ((1, 50),)
"""The same for everything that one app asks for in one tenant."""


class Windows:
    """Sliding windows; `take` counts a call, or says for how many seconds to stay away. What is refused does not count."""

    def __init__(self, clock: Callable[[], datetime], *, each: Limits = SEND, in_all: Limits = IN_ALL) -> None:
        self._clock, self._each, self._in_all = clock, each, in_all
        self._calls: defaultdict[str, deque[float]] = defaultdict(lambda: _memory(each))
        self._all = _memory(in_all)

    def take(self, conversation: str) -> int | None:
        now, calls = self._clock().timestamp(), self._calls[conversation]
        left = max(_left(calls, self._each, now), _left(self._all, self._in_all, now))
        if left > 0:
            return max(1, math.ceil(left))
        calls.append(now)
        self._all.append(now)
        return None


def _memory(limits: Limits) -> deque[float]:
    return deque(maxlen=max(most for _, most in limits))


def _left(calls: deque[float], limits: Limits, now: float) -> float:
    """Seconds until every window has room for one more call."""
    return max((calls[-most] + seconds - now for seconds, most in limits if len(calls) >= most), default=0.0)
