"""An absence of the bot: nobody watched, and what was caught up with afterwards."""

from __future__ import annotations

from datetime import datetime

from bot.model.base import Value
from bot.model.incident import Incident


class Pulse(Value, frozen=True, kw_only=True):
    """When the watch looked last; from `since` to `until` nobody did, and people are still to be told."""

    at: datetime
    since: datetime | None = None
    until: datetime | None = None


class Absence(Value, frozen=True, kw_only=True):
    """What is told of it. `rows` and `failed` are rows of the log from the hour of `since` to the hour of `until`."""

    since: datetime
    until: datetime
    rows: int = 0
    failed: int = 0
    causes: tuple[tuple[str, int], ...] = ()
    opened: tuple[Incident, ...] = ()
    resolved: int = 0
    open_now: int = 0
