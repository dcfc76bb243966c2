"""A rule tried on the past: when it would have fired, and which incidents would have come of it."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.kqlrules.judge import TIME, Asked, findings
from bot.kqlrules.model import KqlRule
from bot.kqlrules.wording import code_of
from bot.model import Finding, Job, Value
from bot.ports import Answered, Refusal

REOPENS = timedelta(hours=24)
"""What comes back within this is the same incident, as in `bot.incidents`."""
MOST_POINTS = 60
"""Questions that a rule is asked, or a few more, where one about the whole time does not do."""

_ROW_BY_ROW = {"where", "filter", "extend", "project", "parse", "mv", "sort", "order"}
# Time that is made anew, other tables, and what looks at other rows.
_NOT_ROW_BY_ROW = re.compile(
    r"\b(now|ago|toscalar|totable|row_number|prev|next|ingestion_time)\s*\(|\bTimeGenerated\s*=(?![=~])"
    r"|\b(union|join|lookup)\b|\blet\s+\w+\s*=[^;]*\|"
)
_OPERATOR = re.compile(r"\|\s*([a-z]+)")
_CLOCK = re.compile(r"\b(now|ago)\s*\(")


class Happened(Value, frozen=True, kw_only=True):
    """One incident that would have been: `times` counts how often it would have opened, `ended` is None while it lasts."""

    finding: Finding
    opened: datetime
    ended: datetime | None = None
    times: int = 1


class Trial(Value, frozen=True, kw_only=True):
    """What a trial shows; `looks` is how often the rule was judged, `every` how far apart.

    `began` is when the first window begins that was looked at; `empty` names the tables that have no rows since then.
    """

    rule: KqlRule
    since: datetime
    until: datetime
    looks: int
    every: timedelta
    incidents: tuple[Happened, ...] = ()
    empty: tuple[str, ...] = ()

    @property
    def began(self) -> datetime:
        return self.since - self.rule.window

    @property
    def fired(self) -> int:
        return sum(each.times for each in self.incidents)


def row_by_row(rule: KqlRule) -> bool:
    """Whether each row of the answer comes of one row of the log, so that one question tells of every window."""
    code = code_of(rule.kql)
    return set(_OPERATOR.findall(code)) <= _ROW_BY_ROW and not _NOT_ROW_BY_ROW.search(code)


def looks(rule: KqlRule, since: datetime, until: datetime, most: int = 0) -> list[datetime]:
    """The times at which the rule would have been asked; about so many, evenly, if that is given.

    Windows always touch, so that nothing falls between them. Raises Refusal where that takes too many.
    """
    every = max(rule.frequency, min((until - since) / most, rule.window)) if most else rule.frequency
    count = max(1, math.ceil((until - since) / every))
    if most and count > 2 * most:
        days = 2 * most * rule.window / timedelta(days=1)
        raise Refusal(f"Its window is so short that no more than {max(1, int(days))} days can be tried at once.")
    return [until - every * (count - 1 - number) for number in range(count)]


def at(kql: str, moment: datetime) -> str:
    """The query as if it were asked at another time: its now() and ago(…) count from there."""
    then = f"datetime({moment:%Y-%m-%dT%H:%M:%S.%f}Z)"
    while found := _CLOCK.search(code := code_of(kql)):
        end = _closing(code, found.end())
        inside = kql[found.end() : end].strip()
        said = then if not inside else f"({then} {'+' if found[1] == 'now' else '-'} ({at(inside, moment)}))"
        kql = f"{kql[: found.start()]}{said}{kql[end + 1 :]}"
    return kql


def _closing(code: str, start: int) -> int:
    depth = 1
    for place in range(start, len(code)):
        depth += {"(": 1, ")": -1}.get(code[place], 0)
        if depth == 0:
            return place
    return len(code)


def windowed(
    rule: KqlRule, answer: Answered, times: Sequence[datetime], jobs: Mapping[str, Job]
) -> list[list[Finding]]:
    """What the rule finds at each time, from one answer about the whole time. Raises Refusal."""
    column = [name for name, _ in answer.columns].index(TIME)
    rows = sorted((row for row in answer.rows if isinstance(row[column], datetime)), key=lambda row: row[column])
    moments = [row[column] for row in rows]
    found: list[list[Finding]] = []
    before: tuple[int, int] | None = None
    for time in times:
        part = bisect_right(moments, time - rule.window), bisect_right(moments, time)
        if part != before:
            some = Answered(columns=answer.columns, rows=tuple(rows[slice(*part)]))
            found.append(findings(rule, some, jobs, Asked()))
        else:
            found.append(found[-1])
        before = part
    return found


def tried(
    rule: KqlRule, since: datetime, until: datetime, times: Sequence[datetime], found: Iterable[Sequence[Finding]]
) -> Trial:
    """The incidents that the findings at those times would have made."""
    lasting: dict[str, Happened] = {}
    over: list[Happened] = []
    for time, some in zip(times, found, strict=True):
        seen = {each.alert.fingerprint: each for each in some}
        for name, finding in seen.items():
            known = lasting.get(name)
            if known is not None and known.ended is not None and time - known.ended > REOPENS:
                over.append(known)
                known = None
            lasting[name] = _again(known, finding, time)
        for name, known in lasting.items():
            if name not in seen and known.ended is None:
                lasting[name] = Happened(finding=known.finding, opened=known.opened, ended=time, times=known.times)
    incidents = sorted([*over, *lasting.values()], key=lambda each: (each.opened, each.finding.alert.fingerprint))
    every = times[1] - times[0] if len(times) > 1 else rule.frequency
    return Trial(rule=rule, since=since, until=until, looks=len(times), every=every, incidents=tuple(incidents))


def _again(known: Happened | None, finding: Finding, time: datetime) -> Happened:
    if known is None:
        return Happened(finding=finding, opened=time)
    more = 1 if known.ended is not None else 0
    # The first rows are kept: they are what somebody would have been shown when it opened.
    return Happened(finding=known.finding, opened=known.opened, times=known.times + more)
