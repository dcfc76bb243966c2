"""What every HTTP adapter needs to tell people in a sentence: a vendor's words made short, and how long to wait."""

from __future__ import annotations

import email.utils
import re
from collections.abc import Mapping
from datetime import UTC, datetime

_LONGEST = 300


def clean(text: object) -> str:
    """A vendor's words on one line, of bounded length, without the full stop; "" where they are no text."""
    line = " ".join(text.split()).rstrip(".") if isinstance(text, str) else ""
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds from Retry-After, which is a number or a date; an hour at most, None where there is nothing usable."""
    text = next((str(value) for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", text):
        return min(float(text), 3600.0)
    try:
        until = email.utils.parsedate_to_datetime(text)
        aware = until if until.tzinfo else until.replace(tzinfo=UTC)
        return min(max(0.0, (aware - (now or datetime.now(UTC))).total_seconds()), 3600.0)
    except (ValueError, OverflowError):
        return None
