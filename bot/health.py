"""Whether the sources answer: what /readyz says."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.ports import Clock

log = logging.getLogger(__name__)


class Health:
    """When each source last answered, and what it said if it did not. `patience` says how old an answer may be."""

    def __init__(self, patience: Mapping[str, timedelta], now: Clock) -> None:
        self._patience = dict(patience)
        self._now = now
        self._answered: dict[str, datetime] = {}
        self._problem: dict[str, str] = {}

    def answered(self, source: str, at: datetime) -> None:
        if self._problem.pop(source, None):
            log.info("source answers again", extra={"source": source})
        self._answered[source] = at

    def failed(self, source: str, sentence: str) -> None:
        if self._problem.get(source) != sentence:
            log.warning("source fails: %s", sentence, extra={"source": source})
        self._problem[source] = sentence

    def problems(self) -> list[str]:
        """One sentence for each source that fails or has been silent for too long; empty when all is well."""
        return [sentence for source in self._patience if (sentence := self._of(source))]

    def _of(self, source: str) -> str:
        if source in self._problem:
            return self._problem[source]
        at = self._answered.get(source)
        if at is None:
            return f"{source} has not answered yet."
        age = self._now() - at
        return "" if age <= self._patience[source] else f"{source} last answered {int(age.total_seconds())} s ago."
