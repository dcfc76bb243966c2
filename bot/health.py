"""Whether the sources answer: what /readyz says, and what the heartbeat goes by."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.model import SourceState
from bot.ports import Clock

log = logging.getLogger(__name__)

GRACE = timedelta(seconds=30)
"""How much longer than three looks a source may be silent."""


def patience(period: float) -> timedelta:
    """The age that the last answer of a source may have that is looked at every so many seconds."""
    return timedelta(seconds=3 * period) + GRACE


class Health:
    """When each source last answered, and what it said if it did not. `patience` says how old an answer may be.

    `also` are sources that the bot is ready without: their trouble is told by a rule, not by /readyz.
    """

    def __init__(self, patience: Mapping[str, timedelta], now: Clock, also: Iterable[str] = ()) -> None:
        self._patience = dict(patience)
        self._known = (*self._patience, *also)
        self._now = now
        self._answered: dict[str, datetime] = {}
        self._problem: dict[str, str] = {}
        self._since: dict[str, datetime] = {}
        self._lag: dict[str, float] = {}

    def answered(self, source: str, at: datetime) -> None:
        if self._problem.pop(source, None):
            log.info("source answers again", extra={"source": source})
        self._answered[source] = at
        self._since.pop(source, None)

    def failed(self, source: str, sentence: str) -> None:
        if self._problem.get(source) != sentence:
            log.warning("source fails: %s", sentence, extra={"source": source})
        self._problem[source] = sentence
        self._since.setdefault(source, self._now())

    def late(self, source: str, seconds: float) -> None:
        """How long after their time the newest rows of a source came."""
        self._lag[source] = seconds

    def states(self) -> tuple[SourceState, ...]:
        """What is known of each source; one that was not heard of yet is not among them."""
        heard = dict.fromkeys([*self._known, *self._answered, *self._problem])
        return tuple(
            SourceState(
                name=name,
                failing_since=self._since.get(name),
                sentence=self._problem.get(name, ""),
                lag=self._lag.get(name),
                answered_at=self._answered.get(name),
            )
            for name in heard
            if name in self._answered or name in self._problem
        )

    @property
    def heard_of_all(self) -> bool:
        """Whether every source has answered or failed at least once since the start."""
        return all(source in self._answered or source in self._problem for source in self._known)

    def problems(self) -> list[str]:
        """One sentence for each source that fails or has been silent for too long; empty when all is well."""
        return [sentence for source in self._patience if (sentence := self._of(source))]

    def unread(self) -> list[str]:
        """The sources that /readyz waits for and that have been silent for too long; one that failed just now is not yet."""
        return [source for source in self._patience if self._is_silent(source)]

    def _is_silent(self, source: str) -> bool:
        at = self._answered.get(source)
        return at is None or self._now() - at > self._patience[source]

    def _of(self, source: str) -> str:
        if source in self._problem:
            return self._problem[source]
        if not self._is_silent(source):
            return ""
        at = self._answered.get(source)
        if at is None:
            return f"{source} has not answered yet."
        return f"{source} last answered {int((self._now() - at).total_seconds())} s ago."
