"""What became of a job's schema, from one look at it to the next."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from msgspec import ValidationError, convert
from msgspec.structs import replace

from bot.model import Schema

_DATE = re.compile(r"Date:\s*([0-9T:.\-]{10,40}Z)")


def seen_again(known: Schema | None, found: Schema | None, now: datetime) -> Schema | None:
    """The schema as it is now, with the time at which it changed; what is known stays where nothing was found."""
    if found is None or not found.version:
        return known
    seen = replace(found, looked_at=now)
    if known is None:
        return seen
    if known.version == found.version:
        return replace(seen, changed_at=known.changed_at, noticed_at=known.noticed_at)
    return replace(seen, changed_at=_changed_at(found.version, known.looked_at or now, now), noticed_at=now)


def _changed_at(version: str, before: datetime, now: datetime) -> datetime:
    """The time in the version's text if that lies between the two looks; an older schema may have been put back."""
    found = _DATE.search(version)
    try:
        at = convert(found[1], datetime).astimezone(UTC) if found else now
    except (ValidationError, OverflowError):
        return now
    return at if before <= at <= now else now
