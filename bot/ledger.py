"""Which objects fail now: folds rows of the log into one entry an object, whatever their order and however often they come.

An entry is a function of a set: the failures seen (by time and id), and the newest time at which the object was well.
So a row that is read twice, late or in another order changes nothing, and no list of seen ids has to be kept for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from bot.causes import cause_of
from bot.hashing import number
from bot.model import Failure, ProvisioningEvent, Value

MOST_MARKS = 200
KNOWN = {"success", "failure", "skipped", "warning"}
STAGED = "stagedDelete"

Key = int
"""Which object of which job: job id, object type and object id as one number."""

Mark = tuple[datetime, str]
"""One failed row: its time and its id."""


class Entry(Value, frozen=True, kw_only=True):
    """What is known of one object that failed at least once; `earlier` counts failures older than the marks kept."""

    marks: tuple[Mark, ...]
    newest: Failure
    well_at: datetime | None = None
    earlier: int = 0
    earliest: datetime | None = None

    @property
    def failure(self) -> Failure:
        """The failure as people see it: its present run if it is open, all of it once it is cleared."""
        open_marks = self.marks if self.well_at is None else tuple(m for m in self.marks if m[0] > self.well_at)
        marks = open_marks or self.marks
        uncut = len(marks) == len(self.marks)
        return msgspec.structs.replace(
            self.newest,
            first_seen=(self.earliest if uncut and self.earliest else marks[0][0]),
            last_seen=marks[-1][0],
            count=len(marks) + (self.earlier if uncut else 0),
            cleared_at=None if open_marks else self.well_at,
        )


class Folded(Value, frozen=True, kw_only=True):
    """What a batch says: failed rows by object, and when each object was last well."""

    failed: dict[Key, list[ProvisioningEvent]]
    well: dict[Key, datetime]


def key_of(event: ProvisioningEvent) -> Key:
    return number(f"{event.job_id}\x1f{event.object_type}\x1f{event.object_id}")


def sort(events: Iterable[ProvisioningEvent]) -> Folded:
    """Part a batch into what failed and what is well; other rows (skipped, warnings) say neither.

    A row of a status that nobody has heard of counts as failed if it has an error code, so that it is seen.
    """
    failed: dict[Key, list[ProvisioningEvent]] = {}
    well: dict[Key, datetime] = {}
    for event in events:
        if event.status == "failure" or (event.error_code and event.status not in KNOWN):
            failed.setdefault(key_of(event), []).append(event)
        elif (event.status == "success" and event.action != STAGED) or event.out_of_scope:
            key = key_of(event)
            at = well.get(key)
            if at is None or event.at > at:
                well[key] = event.at
    return Folded(failed=failed, well=well)


def fold(entry: Entry | None, failed: Iterable[ProvisioningEvent], well_at: datetime | None) -> Entry | None:
    """One object's entry after some more rows; None while it never failed."""
    for event in failed:
        entry = _failed(entry, event)
    if entry is None or well_at is None or (entry.well_at is not None and entry.well_at >= well_at):
        return entry
    return msgspec.structs.replace(entry, well_at=well_at)


def _failed(entry: Entry | None, event: ProvisioningEvent) -> Entry:
    mark = (event.at, event.id)
    if entry is None:
        return Entry(marks=(mark,), newest=_failure(event))
    if mark in entry.marks or (entry.earlier and mark < entry.marks[0]):
        return entry
    marks = tuple(sorted((*entry.marks, mark)))
    newest = _failure(event) if mark == marks[-1] else entry.newest
    return _cut(msgspec.structs.replace(entry, marks=marks, newest=newest))


def _cut(entry: Entry) -> Entry:
    surplus = len(entry.marks) - MOST_MARKS
    if surplus <= 0:
        return entry
    return msgspec.structs.replace(
        entry,
        marks=entry.marks[surplus:],
        earlier=entry.earlier + surplus,
        earliest=entry.earliest or entry.marks[0][0],
    )


def _failure(event: ProvisioningEvent) -> Failure:
    cause, value = cause_of(event)
    return Failure(
        job_id=event.job_id,
        object_id=event.object_id,
        object_type=event.object_type,
        object_name=event.object_name,
        target_id=event.target_id,
        cause=cause,
        error_code=event.error_code,
        reason=event.reason,
        value=value,
        step=event.step if event.status in KNOWN else f"{event.step} (status {event.status})".strip(),
        first_seen=event.at,
        last_seen=event.at,
        change_id=event.change_id,
        app_name=event.app_name,
    )


def fold_all(entries: Mapping[Key, Entry], batch: Folded, well: Mapping[Key, datetime]) -> dict[Key, Entry]:
    """The entries that a batch changes. `well` holds, for objects that failed, when they were last well by earlier rows."""
    changed: dict[Key, Entry] = {}
    for key in batch.failed.keys() | (batch.well.keys() & entries.keys()):
        known = max(filter(None, (batch.well.get(key), well.get(key))), default=None)
        after = fold(entries.get(key), batch.failed.get(key, ()), known)
        if after is not None and after != entries.get(key):
            changed[key] = after
    return changed
