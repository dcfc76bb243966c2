"""Counts rows that are not as they should be: each once, though every row is read several times."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterable

from bot.model import ProvisioningEvent
from bot.sources.normalise import Reading

log = logging.getLogger(__name__)

_REMEMBERED = 20_000


class Broken:
    """Remembers the ids of the rows that were told of already; a restart forgets them, and tells of them anew."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._told: OrderedDict[str, None] = OrderedDict()

    def sift(self, readings: Iterable[Reading]) -> tuple[tuple[ProvisioningEvent, ...], int]:
        """The events, and how many rows were found broken for the first time."""
        events: list[ProvisioningEvent] = []
        count = 0
        for reading in readings:
            if reading.event is not None:
                events.append(reading.event)
            if reading.wrong:
                count += self._tell(reading)
        return tuple(events), count

    def _tell(self, reading: Reading) -> int:
        if reading.id in self._told:
            return 0
        self._told[reading.id] = None
        if len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)
        used = reading.event is not None
        log.warning(
            "broken row", extra={"source": self._source, "row": reading.id, "wrong": reading.wrong, "used": used}
        )
        return 1
