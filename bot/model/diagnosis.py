"""What a check-up finds of the bot itself."""

from __future__ import annotations

from enum import StrEnum

from bot.model.base import Value


class Grade(StrEnum):
    """How a finding is meant: all is well, worth knowing, or something to mend."""

    WELL = "ok"
    NOTE = "note"
    FAULT = "fault"


class Diagnosis(Value, frozen=True, kw_only=True):
    """One finding: what was looked at, and a sentence that says how it is and what to do."""

    topic: str
    grade: Grade
    text: str


class Grant(Value, frozen=True, kw_only=True):
    """A permission that the bot uses: what for, and whether it has it; None where that could not be found out, and why."""

    permission: str
    what_for: str
    given: bool | None
    said: str = ""
    required: bool = True
