"""What became of the groups in a job's scope, from one look at them to the next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.model import FoundGroup, ScopedGroup

MISSING, EMPTY, RENAMED = "missing", "empty", "renamed"
TOLD_FOR = timedelta(days=7)
"""So long a new name is told of, and a group that is gone; then that is how it is."""


def remember(before: Iterable[ScopedGroup], found: Iterable[FoundGroup], now: datetime) -> tuple[ScopedGroup, ...]:
    """The groups as they are now, each with what is wrong with it. One whose assignment was taken away is dropped."""
    known = {group.id: group for group in before}
    groups = (_remembered(known.get(each.id), each, now) for each in found)
    return tuple(sorted((group for group in groups if group is not None), key=lambda group: group.id))


def _remembered(before: ScopedGroup | None, found: FoundGroup, now: datetime) -> ScopedGroup | None:
    if before is None and found.gone:
        return None
    name = before.name if before is not None else found.name
    had_members = (before is not None and before.had_members) or not (found.empty or found.gone)
    trouble = _trouble(before, found, had_members=had_members)
    same = before is not None and before.trouble == trouble and before.since is not None
    since = before.since if before is not None and same else now
    if since is not None and now - since > TOLD_FOR:
        if trouble == MISSING:
            return None
        if trouble == RENAMED:
            name, trouble = found.name, ""
    return ScopedGroup(
        id=found.id,
        name=name,
        now_named="" if found.gone else found.name,
        had_members=had_members,
        trouble=trouble,
        since=since if trouble else None,
    )


def _trouble(before: ScopedGroup | None, found: FoundGroup, *, had_members: bool) -> str:
    if found.gone:
        return MISSING
    if found.empty and had_members:
        return EMPTY
    return RENAMED if before is not None and before.name != found.name else ""
