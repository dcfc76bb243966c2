"""How late the rows of a source come: measured on rows that are newer than all that it had shown before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from statistics import median

from bot.model import ProvisioningEvent


class Delay:
    """Measures only where the source was read to its end before: rows that were merely not looked for are not late."""

    def __init__(self) -> None:
        self._newest: dict[str, datetime] = {}
        self._whole: set[str] = set()

    def read_whole(self, source: str) -> None:
        """The source was read to its end."""
        self._whole.add(source)

    def measured(self, source: str, events: Sequence[ProvisioningEvent], now: datetime) -> float | None:
        """Seconds from the time of the new rows to now, the middle one's; None where there is nothing to measure."""
        if not events:
            return None
        newest = max(event.at for event in events)
        known = self._newest.get(source)
        self._newest[source] = newest if known is None else max(known, newest)
        if known is None or newest <= known or source not in self._whole:
            return None
        return max(0.0, median((now - event.at).total_seconds() for event in events if event.at > known))
