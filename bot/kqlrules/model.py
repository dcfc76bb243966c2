"""What a rule in KQL is, once its file has been read."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from bot.model import Severity, Value


class Operator(StrEnum):
    """How what is measured is compared with the threshold, in the words of Azure Monitor's log alerts."""

    GREATER = "GreaterThan"
    AT_LEAST = "GreaterThanOrEqual"
    LESS = "LessThan"
    AT_MOST = "LessThanOrEqual"
    EQUAL = "Equal"

    def holds(self, value: float, threshold: float) -> bool:
        match self:
            case Operator.GREATER:
                return value > threshold
            case Operator.AT_LEAST:
                return value >= threshold
            case Operator.LESS:
                return value < threshold
            case Operator.AT_MOST:
                return value <= threshold
            case Operator.EQUAL:
                return value == threshold


class KqlRule(Value, frozen=True, kw_only=True):
    """One rule. `measure` is a column, or ROWS; `kql` is the file as it stands, so that its line numbers are the file's.

    `params` are the names that are bound at each run; `within` is the time in which the persona expects to hear.
    """

    name: str
    title: str
    help: str
    severity: Severity
    kql: str
    operator: Operator = Operator.GREATER
    measure: str = "rows"
    threshold: float = 0
    window: timedelta = timedelta(days=1)
    frequency: timedelta = timedelta(minutes=5)
    key: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    persona: str = ""
    within: timedelta | None = None
    params: tuple[str, ...] = ()
    do: str = ""
    source: str = ""


class BadRule(Exception):
    """A file that is no rule: the text names the file, the line and what mends it."""

    def __init__(self, file: str, line: int, problem: str) -> None:
        super().__init__(f"{file}, line {line}: {problem}" if line else f"{file}: {problem}")
        self.file, self.line, self.problem = file, line, problem
