"""What every port speaks of: cards as JSON, the clock, and counted calls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

Card = dict[str, Any]
"""An Adaptive Card as JSON; built only in cards/."""


Clock = Callable[[], datetime]
"""The time, aware and in UTC."""


Called = Callable[[int], None]
"""Told of every call to a service: the HTTP status of its answer, 0 where none came."""


def uncounted(status: int) -> None:
    """For calls that nobody counts."""
