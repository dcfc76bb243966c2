"""How late the rows of a source come: measured on rows that are newer than all that it had shown before."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

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
        times = sorted([event.at for event in events])
        known, newest = self._newest.get(source), times[-1]
        self._newest[source] = newest if known is None else max(known, newest)
        if known is None or newest <= known or source not in self._whole:
            return None
        new = times[bisect_right(times, known) :]
        low, high = new[(len(new) - 1) // 2], new[len(new) // 2]
        return max(0.0, (now - low - (high - low) / 2).total_seconds())
