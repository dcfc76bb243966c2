"""The rates that Teams allows a bot in one thread, as its documentation lists them."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime

SEND = ((1, 7), (2, 8), (30, 60), (3600, 1800))
"""(seconds, most calls in that time) for sending; updates and deletions are counted with it."""


class Windows:
    """Sliding windows for each thread; `take` counts a call, or says for how many seconds to stay away."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._calls: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=SEND[-1][1]))

    def take(self, conversation: str) -> int | None:
        now, calls = self._clock().timestamp(), self._calls[conversation]
        for seconds, most in SEND:
            if len(calls) >= most and (left := calls[-most] + seconds - now) > 0:
                return max(1, math.ceil(left))
        calls.append(now)
        return None
