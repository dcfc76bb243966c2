"""What the rows show besides failures: who the jobs are, when the newest row was written, the change ids by action."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from bot.adapters.graph.kinds import distinct, kind_of
from bot.model import Job, ProvisioningEvent

_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_WIDTH = 16
MOST_JOBS = 5_000
"""Jobs that get a name; no tenant has so many, but a file may be made to look so."""

OTHER = "other"
"""Graph's word for what is none of the named actions; so are rows that name none."""


class Ids:
    """Very many ids in little room: what is a GUID takes 16 bytes."""

    def __init__(self) -> None:
        self._guids, self._others = bytearray(), list[str]()

    def add(self, text: str) -> None:
        if len(text) == 36 and _GUID.fullmatch(text):
            self._guids += bytes.fromhex(text.replace("-", ""))
        else:
            self._others.append(text)

    def listed(self, most: int | None = None) -> list[str]:
        """Each once, in the order in which they came; those that are no GUIDs last. `most` are looked at."""
        raw = bytes(self._guids[: None if most is None else most * _WIDTH])
        guids = dict.fromkeys(raw[at : at + _WIDTH] for at in range(0, len(raw), _WIDTH))
        return [_guid(each.hex()) for each in guids] + list(dict.fromkeys(self._others[:most]))


class Seen:
    """Gathered row by row while the watch folds them."""

    def __init__(self) -> None:
        self.newest: datetime | None = None
        self.oldest: datetime | None = None
        self._named: dict[str, ProvisioningEvent] = {}
        self._change_ids: dict[str, Ids] = {}

    def add(self, events: Iterable[ProvisioningEvent]) -> None:
        for event in events:
            known = self._named.get(event.job_id)
            if known is None or (event.app_name and not known.app_name):
                self._named[event.job_id] = event
            if event.change_id:
                ids = self._change_ids.get(event.action or OTHER)
                if ids is None:
                    ids = self._change_ids[event.action or OTHER] = Ids()
                ids.add(event.change_id)
            if self.newest is None or event.at > self.newest:
                self.newest = event.at
            if self.oldest is None or event.at < self.oldest:
                self.oldest = event.at

    def jobs(self) -> tuple[Job, ...]:
        """The jobs that the rows name, their state unknown."""
        found = (
            Job(
                id=job_id,
                service_principal=event.service_principal,
                name=event.app_name or job_id,
                kind=kind_of(job_id, ""),
            )
            for job_id, event in sorted(self._named.items())[:MOST_JOBS]
        )
        return distinct(tuple(found))

    def change_ids(self, most: int | None = None) -> dict[str, list[str]]:
        """The change ids by what was done, each once: all, or about so many of each."""
        return {action: ids.listed(most)[:most] for action, ids in sorted(self._change_ids.items())}

    def now(self) -> datetime:
        """The time that the downloads speak of: their newest row's."""
        return self.newest or datetime.now(UTC)


def _guid(text: str) -> str:
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
