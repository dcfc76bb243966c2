"""From the rows that a rule's query gave to what it found: rows of one key belong together, and are compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.kqlrules.cells import shown
from bot.kqlrules.model import KqlRule, Operator
from bot.model import Alert, Evidence, Finding, Job, Sheet, Value
from bot.ports import Answered, Refusal

JOB, TIME = "JobId", "TimeGenerated"
MOST_KEYS, MOST_SHOWN, MOST_COLUMNS = 100, 10, 5
ABSENCE = (Operator.LESS, Operator.AT_MOST, Operator.EQUAL)
"""What these hold for may be missing only because the log does not reach back far enough."""

_IN_WORDS = {
    Operator.GREATER: "more than",
    Operator.AT_LEAST: "at least",
    Operator.LESS: "less than",
    Operator.AT_MOST: "at most",
    Operator.EQUAL: "exactly",
}
_PLACE = re.compile(r"\{([A-Za-z_]\w*)\}")
Row = Mapping[str, Any]
_NO_ROW: Row = {}


class Asked(Value, frozen=True, kw_only=True):
    """Where a rule was asked, and addresses that open its query there, with what their buttons say."""

    home: str = ""
    pages: tuple[tuple[str, str], ...] = ()


class _Group(Value, frozen=True, kw_only=True):
    """The rows of one key for which the comparison holds, with what was measured."""

    job_id: str
    key: str
    rows: tuple[Row, ...]
    value: float


def findings(rule: KqlRule, answer: Answered, jobs: Mapping[str, Job], asked: Asked) -> list[Finding]:
    """What the rule finds in an answer. Raises Refusal where the answer does not fit the rule."""
    _check(rule, answer)
    names = [name for name, _ in answer.columns]
    kinds = dict(answer.columns)
    rows = [dict(zip(names, row, strict=True)) for row in answer.rows]
    groups = [group for key, found in _grouped(rule, rows, names).items() if (group := _holding(rule, key, found))]
    groups.sort(key=lambda group: (group.job_id, group.key))
    found = [_finding(rule, group, jobs, kinds, asked) for group in groups[:MOST_KEYS]]
    if len(groups) > MOST_KEYS:
        found.append(_overflow(rule, len(groups) - MOST_KEYS, asked))
    return found


def _check(rule: KqlRule, answer: Answered) -> None:
    names = {name for name, _ in answer.columns}
    wanted = [("key", name) for name in rule.key] + [("show", name) for name in rule.show]
    wanted += [("title", name) for name in _PLACE.findall(rule.title) if name not in ("rows", "value", "job")]
    wanted += [] if rule.measure == "rows" else [("measure", rule.measure)]
    for word, name in wanted:
        if name not in names:
            raise Refusal(f"`{word}` names the column {name}, which the query does not give; it gives {_list(names)}.")
    if answer.more:
        raise Refusal(f"The query gives more than {len(answer.rows):,} rows; let it count, with `summarize`.")


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)[:20]) or "no columns"


def _grouped(rule: KqlRule, rows: Sequence[Row], names: Sequence[str]) -> dict[tuple[str, str], list[Row]]:
    """The rows by job and key. A rule without a key has one group, even where there are no rows."""
    columns = [name for name in rule.key if name != JOB]
    groups: dict[tuple[str, str], list[Row]] = {}
    if not columns and JOB not in names:
        groups["", ""] = []
    for row in rows:
        # A slash within a value is doubled, so that no two keys are written alike.
        key = "/".join(shown(row[name]).replace("/", "//") for name in columns)
        groups.setdefault((shown(row.get(JOB)), key), []).append(row)
    return groups


def _holding(rule: KqlRule, key: tuple[str, str], rows: Sequence[Row]) -> _Group | None:
    if rule.measure == "rows":
        value = float(len(rows))
        holds = rule.operator.holds(value, rule.threshold)
        return _Group(job_id=key[0], key=key[1], rows=tuple(rows), value=value) if holds else None
    measured = [(row, _number(row[rule.measure])) for row in rows]
    holding = [
        (row, value) for row, value in measured if value is not None and rule.operator.holds(value, rule.threshold)
    ]
    if not holding:
        return None
    values = [value for _, value in holding]
    worst = min(values) if rule.operator in (Operator.LESS, Operator.AT_MOST) else max(values)
    return _Group(job_id=key[0], key=key[1], rows=tuple(row for row, _ in holding), value=worst)


def _number(value: Any) -> float | None:
    try:
        return None if value is None or isinstance(value, bool | datetime) else float(value)
    except (TypeError, ValueError):
        return None


def _finding(rule: KqlRule, group: _Group, jobs: Mapping[str, Job], kinds: Mapping[str, str], asked: Asked) -> Finding:
    times = [row[TIME] for row in group.rows if isinstance(row.get(TIME), datetime)]
    job = jobs.get(group.job_id)
    name = job.name if job else group.job_id
    newest = max(group.rows, key=lambda row: _order(row.get(TIME)), default=_NO_ROW)
    told = {"rows": f"{len(group.rows):,}", "value": f"{group.value:g}", "job": name}
    alert = Alert(
        title=_PLACE.sub(lambda found: told.get(found[1]) or shown(newest.get(found[1])) or "(none)", rule.title),
        detail=rule.help,
        severity=rule.severity,
        key=group.key,
        rule=rule.name,
        job_id=group.job_id,
        job_name=name,
    )
    evidence = Evidence(
        first_seen=min(times, default=None),
        facts=_facts(rule, group),
        pages=asked.pages,
        sheet=_sheet(rule, group, kinds, asked),
    )
    return Finding(alert=alert, evidence=evidence)


def _order(at: Any) -> float:
    return at.timestamp() if isinstance(at, datetime) else 0.0


def _facts(rule: KqlRule, group: _Group) -> tuple[tuple[str, str], ...]:
    within = f", within {span(rule.within)}" if rule.within else ""
    what = rule.measure if rule.measure != "rows" else "row" if group.value == 1 else "rows"
    told = f"{group.value:g} {what} in {span(rule.window)}, told when {_IN_WORDS[rule.operator]} {rule.threshold:g}"
    return (
        ("Measured", told),
        *((("For", f"{rule.persona}{within}"),) if rule.persona else ()),
    )


def span(time: Any) -> str:
    """A span of time in the words of a card."""
    seconds = int(time.total_seconds())
    for unit, word in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds % unit == 0 and seconds:
            return f"{seconds // unit} {word}"
    return f"{seconds} s"


def _sheet(rule: KqlRule, group: _Group, kinds: Mapping[str, str], asked: Asked) -> Sheet:
    columns = rule.show or tuple(kinds)[:MOST_COLUMNS]
    rows = tuple(tuple(shown(row[name]) for name in columns) for row in group.rows[:MOST_SHOWN])
    return Sheet(
        columns=columns if rows else (),
        rows=rows,
        more=max(0, len(group.rows) - MOST_SHOWN),
        home=asked.home,
        do=rule.do,
    )


def _overflow(rule: KqlRule, more: int, asked: Asked) -> Finding:
    alert = Alert(
        title=f"The rule {rule.name} finds more than can be told apart",
        detail=f"Each of the first {MOST_KEYS} has its own incident. A key that stands for less tells more.",
        severity=rule.severity,
        key="and more",
        rule=rule.name,
    )
    sheet = Sheet(columns=(), rows=(), home=asked.home, do=rule.do)
    return Finding(alert=alert, evidence=Evidence(facts=(("More", f"{more:,}"),), pages=asked.pages, sheet=sheet))
