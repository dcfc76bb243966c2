"""Graph's limits on how often reports may be asked for, and objects provisioned on demand."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from datetime import datetime

from sandbox.graph.routing import GraphError

CALLS, SECONDS = 5, 10.0


class Throttle:
    """Five calls in ten seconds for one app and tenant, for each of the two services that say so."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._recent: dict[str, deque[datetime]] = {"reports": deque(), "on demand": deque()}

    def check(self, method: str, path: str) -> None:
        """Count a call. Raises GraphError where it is one too many; such a call does not count."""
        service = (
            "reports" if path.startswith("/auditLogs/") else "on demand" if path.endswith("/provisionOnDemand") else ""
        )
        if not service:
            return
        now, recent = self._clock(), self._recent[service]
        while recent and (now - recent[0]).total_seconds() >= SECONDS:
            recent.popleft()
        if len(recent) >= CALLS:
            wait = SECONDS - (now - recent[0]).total_seconds()
            raise GraphError(
                429,
                "TooManyRequests",
                "This request is throttled. Please try again after some time.",
                {"Retry-After": str(max(1, math.ceil(wait)))},
            )
        recent.append(now)
