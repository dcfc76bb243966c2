"""What a report tells of a period: how jobs fared, against the period before, and who did what."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from bot.model.base import Value
from bot.model.entra import Credential
from bot.model.incident import Incident


class Every(StrEnum):
    """How often a conversation gets its digest."""

    DAILY = "daily"
    WEEKLY = "weekly"


class Digest(Value, frozen=True, kw_only=True):
    """That a conversation wants one, and when the next is due."""

    conversation_id: str
    every: Every
    next_at: datetime
    asked_by: str = ""


class Fared(Value, frozen=True, kw_only=True):
    """Rows of a job in the period and in the one before: those that got through, and those that failed."""

    job_id: str
    name: str
    succeeded: int = 0
    failed: int = 0
    succeeded_before: int = 0
    failed_before: int = 0

    @property
    def rate(self) -> float | None:
        """The part that got through; None where nothing was done."""
        return _rate(self.succeeded, self.failed)

    @property
    def rate_before(self) -> float | None:
        return _rate(self.succeeded_before, self.failed_before)


def _rate(succeeded: int, failed: int) -> float | None:
    return succeeded / (succeeded + failed) if succeeded + failed else None


class Acted(Value, frozen=True, kw_only=True):
    """How often somebody did something through the bot."""

    who: str
    what: str
    times: int


class Report(Value, frozen=True, kw_only=True):
    """A period, ended at `until`. `buckets` are failed rows by time, named; `causes` failed rows by cause.

    `oldest` are open incidents, `ahead` credentials that end soon, `snoozed` the incidents that are silenced.
    `places` and `scale` are those of the buckets, as in `Chart`.
    """

    since: datetime
    until: datetime
    jobs: tuple[Fared, ...] = ()
    buckets: tuple[tuple[str, int], ...] = ()
    places: tuple[tuple[str, float], ...] = ()
    scale: str = ""
    causes: tuple[tuple[str, int], ...] = ()
    opened: int = 0
    resolved: int = 0
    opened_before: int = 0
    open_now: int = 0
    oldest: tuple[Incident, ...] = ()
    ahead: tuple[Credential, ...] = ()
    snoozed: tuple[Incident, ...] = ()
    acted: tuple[Acted, ...] = ()
