"""How much each job does: counts rows by job and hour, each row once however often it is read, in whatever order.

What is kept of a row is a 64-bit hash of its id; a count is the size of a set, so a union may be made again and again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from struct import unpack

from bot.causes import cause_of
from bot.hashing import WIDTH, digest
from bot.model import Hour, ProvisioningEvent, Usual

FORGET_IDS = timedelta(hours=48)
"""An hour that is older takes no more rows: none come so late, and its ids are not worth their space."""

DAY = timedelta(days=1)
DAYS = 27
"""Earlier days that are compared with the last 24 hours; together they are the last 28 days."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).toordinal()

REMOVALS = frozenset({"delete", "disable"})

Slot = tuple[str, int, str, str, str]
"""Job id, hour (counted since 1970), action, status, cause."""


def tally(events: Iterable[ProvisioningEvent]) -> dict[Slot, set[bytes]]:
    """The rows of a batch by slot, as hashes of their ids."""
    found: dict[Slot, set[bytes]] = {}
    for event in events:
        cause = cause_of(event)[0].key if event.status == "failure" else ""
        slot = (event.job_id, _hour(event.at), event.action, event.status, cause)
        row = digest(event.id)
        if (rows := found.get(slot)) is None:
            found[slot] = {row}
        else:
            rows.add(row)
    return found


def _hour(at: datetime) -> int:
    return (at.toordinal() - _EPOCH) * 24 + at.hour


def unite(ids: bytes, new: set[bytes]) -> bytes:
    """The packed ids with those that are new among others; the same ones where none is."""
    known = unpack(f"{WIDTH}s" * (len(ids) // WIDTH), ids)
    return ids + b"".join(sorted(new.difference(known)))


def usual(job_id: str, hours: Iterable[Hour], first: datetime | None, until: datetime) -> Usual:
    """What the earlier days of a job were like, given its failed and removing rows before `until` by the day.

    `first` is the hour of its oldest row that is known; each Hour is named by a time within its day.
    """
    failed: dict[str, list[int]] = {}
    removed = [0] * DAYS
    for each in hours:
        day = (until - each.hour - timedelta(microseconds=1)) // DAY
        if not 0 <= day < DAYS:
            continue
        if each.status == "failure":
            failed.setdefault(each.cause, [0] * DAYS)[day] += each.count
        elif each.action in REMOVALS:
            removed[day] += each.count
    known = 0 if first is None or first >= until else min(DAYS, (until - first) // DAY + 1)
    return Usual(job_id=job_id, days=known, failed=_sorted(failed), removed=tuple(removed))


def _sorted(failed: Mapping[str, list[int]]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    return tuple((cause, tuple(counts)) for cause, counts in sorted(failed.items()))
