"""Values in the answers to queries, which may hold anything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

Row = Mapping[str, Any]


def number(value: object) -> int:
    """A count; 0 for what is none."""
    return int(value) if isinstance(value, int | float) else 0


def moment(value: object) -> datetime | None:
    """A time in UTC; None for what is none."""
    try:
        return msgspec.convert(str(value), datetime).astimezone(UTC)
    except (msgspec.ValidationError, ValueError, OverflowError):
        return None
