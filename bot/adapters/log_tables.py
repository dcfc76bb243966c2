"""A workspace's tables for anybody's KQL: judged first, asked a few at a time, each answer told apart from the others."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.adapters.log_analytics import LogAnalytics
from bot.adapters.log_faults import LogsDown
from bot.adapters.wording import clean
from bot.kqlrules.wording import limited
from bot.ports import Answered, Question, Refusal, SourceDown

CONCURRENT = 5
"""Queries that the service runs at once for one caller; a batch runs all of its own at once."""

Answer = Answered | Refusal | SourceDown
_SPAN = re.compile(r"(-)?(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)")


class WorkspaceTables:
    """Port `Tables`."""

    def __init__(self, workspace: LogAnalytics, allowed: Iterable[str]) -> None:
        self._workspace = workspace
        self._allowed = frozenset(allowed)

    @property
    def name(self) -> str:
        return self._workspace.name

    async def ask(self, questions: Sequence[Question]) -> Sequence[Answer]:
        """One answer for each question; those that may not be asked never leave this machine."""
        answers: dict[int, Answer] = await asyncio.to_thread(self._refused, questions)
        asked = [number for number in range(len(questions)) if number not in answers]
        for start in range(0, len(asked), CONCURRENT):
            some = asked[start : start + CONCURRENT]
            answers |= dict(zip(some, await self._batch([questions[each] for each in some]), strict=True))
        return [answers[number] for number in range(len(questions))]

    def _refused(self, questions: Sequence[Question]) -> dict[int, Answer]:
        from bot.adapters.kql.guard import judge

        found: dict[int, Answer] = {}
        for number, question in enumerate(questions):
            try:
                judge(question.kql, self._allowed)
            except Refusal as error:
                found[number] = error
        return found

    async def _batch(self, questions: Sequence[Question]) -> Sequence[Answer]:
        try:
            asked = [(limited(each.kql, each.rows), each.timespan) for each in questions]
            seconds = max(1, min(600, int(max(each.seconds for each in questions))))
            answers = await self._workspace.batch(asked, seconds=seconds)
        except SourceDown as error:
            return [error] * len(questions)
        return [_read(question, answer) for question, answer in zip(questions, answers, strict=True)]


def _read(question: Question, answer: Any) -> Answer:
    try:
        return _told(answer) or _table(question, answer)
    except (AttributeError, IndexError, TypeError, ValueError):
        return LogsDown("Log Analytics answered with something that is not a table.")


def _told(answer: Any) -> Answer | None:
    """What the service says where it did not answer, or not wholly."""
    if hasattr(answer, "partial_error"):
        said = clean(getattr(answer.partial_error, "message", ""))
        return Refusal(f"Log Analytics cut its answer short, because it is too large or takes too long ({said}).")
    if hasattr(answer, "tables"):
        return None
    code, said = str(answer.code or ""), clean(answer.message)
    if code in ("BadArgumentError", "SemanticError", "SyntaxError", "QueryValidationError"):
        return Refusal(f"Log Analytics did not accept the query: {said}")
    if code == "GatewayTimeout":
        return Refusal(f"The query takes Log Analytics too long; ask for less or for a shorter time ({said}).")
    status = {"ThrottledError": 429, "InsufficientAccessError": 403}.get(code, 500)
    words = {429: "asks for fewer queries", 403: "refused"}.get(status, "has a fault of its own")
    return LogsDown(f"Log Analytics {words} ({said or code}).", status=status)


def _table(question: Question, answer: Any) -> Answer:
    if not answer.tables:
        return LogsDown("Log Analytics answered without a table.")
    table = answer.tables[0]
    kinds = [str(kind) for kind in table.columns_types]
    readers = [_READERS.get(kind) for kind in kinds]
    rows = tuple(
        tuple(value if read is None or value is None else read(value) for value, read in zip(row, readers, strict=True))
        for row in table.rows
    )
    columns = tuple(zip((str(name) for name in table.columns), kinds, strict=True))
    return Answered(columns=columns, rows=rows[: question.rows], more=len(rows) > question.rows)


def _moment(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _timespan(value: Any) -> Any:
    found = _SPAN.fullmatch(str(value))
    if found is None:
        return value
    sign, days, hours, minutes, seconds = found.groups()
    span = timedelta(days=int(days or 0), hours=int(hours), minutes=int(minutes), seconds=float(seconds))
    return -span if sign else span


_READERS: Mapping[str, Callable[[Any], Any]] = {"datetime": _moment, "timespan": _timespan}
