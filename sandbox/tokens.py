"""Access tokens that the sandbox's login gives out and its APIs ask for."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta


class Tokens:
    """Remembers which tokens are good, for which scope and until when; `lifetime` is in seconds."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._given: dict[str, tuple[str, datetime]] = {}
        self.lifetime = 3_599

    def issue(self, scope: str) -> str:
        token = secrets.token_urlsafe(48)
        self._given[token] = (scope, self._clock() + timedelta(seconds=self.lifetime))
        return token

    def check(self, header: str | None) -> str | None:
        """The scope of the token in an Authorization header; None where there is no good one."""
        kind, _, token = (header or "").partition(" ")
        scope, until = self._given.get(token.strip(), ("", None))
        return scope if kind == "Bearer" and until is not None and self._clock() < until else None

    def revoke_all(self) -> None:
        """From now on every token that was given out is refused."""
        self._given.clear()
