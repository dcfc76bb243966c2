"""What goes wrong: the reason why objects fail or why a whole job cannot run, and whether it was repaired."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """An object as one job sees it: its identity in the source and in the target."""

    id: str
    name: str
    type: str
    address: str
    source_details: dict[str, str]
    target_id: str


class Trouble(msgspec.Struct, kw_only=True):
    """A cause. Of objects: `code` and `reason` are the row's. Of a job: they are the error of its quarantine.

    `reason` may hold {name}, {address} and {value}. `repaired_by` names the actions (start, restart, force_deletes)
    that count as the repair, so that somebody with nothing but the bot can bring a story to its end.
    """

    code: str
    reason: str
    step: str = "export"
    action: str = "update"
    category: str = "failure"
    status: str = "failure"
    quarantine: str = "EncounteredQuarantineException"
    repaired_by: frozenset[str] = frozenset()
    repaired: bool = False

    def text(self, subject: Subject, value: str) -> str:
        return self.reason.format(name=subject.name, address=subject.address, value=value)


class Failing(msgspec.Struct, kw_only=True):
    """An object that a job cannot bring over, and when it is tried again."""

    subject: Subject
    trouble: Trouble
    value: str = ""
    first: datetime | None = None
    attempts: int = 0
    retried: bool = True


RETRY_HOURS = (6, 12, 24)
"""Hours after the first failure at which Entra tries again; then daily, for 28 days."""


def retry_after_hours(attempts: int) -> float:
    """Hours from the first failure to the attempt after this many."""
    index = attempts - 1
    return RETRY_HOURS[index] if index < len(RETRY_HOURS) else 24.0 * (index - len(RETRY_HOURS) + 2)
