"""Values of a log store as short text, the same from either home."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

LONGEST = 200


def shown(value: Any) -> str:
    """A value as people read it; "" for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, timedelta):
        return str(value - timedelta(microseconds=value.microseconds))
    if isinstance(value, float):
        return f"{value:.6g}" if value % 1 else f"{value:.0f}"
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
