"""Asks a rule about the past, as it would have been asked then, with as few questions as will do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.kqlrules.judge import ABSENCE, TIME, Asked, findings
from bot.kqlrules.model import KqlRule
from bot.kqlrules.question import with_values
from bot.kqlrules.reach import TABLES
from bot.kqlrules.trial import MOST_POINTS, Trial, at, looks, row_by_row, tried, windowed
from bot.kqlrules.wording import tables
from bot.model import Finding, Job
from bot.ports import Answered, Question, Refusal, SourceDown, Tables

MOST_DAYS = 30
Own = Callable[[Answered], Answered]
_ROWS, _SECONDS, _TOGETHER = 5_000, 60.0, 10


async def backtest(
    home: Tables,
    rule: KqlRule,
    jobs: Mapping[str, Job],
    now: datetime,
    days: int,
    *,
    own: Own = lambda answer: answer,
) -> Trial:
    """What the rule would have done in the last days; `own` leaves out what the bot did itself. Raises Refusal or SourceDown."""
    if not 1 <= days <= MOST_DAYS:
        raise Refusal(f"A rule is tried on 1 to {MOST_DAYS} days, which is what Entra's own log holds.")
    since = now - timedelta(days=days)
    if row_by_row(rule):
        answer = own(_whole(await _asked(home, [_question(rule, jobs, now, since=since - rule.window)]))[0])
        # Too many rows for one answer are no mistake here: each window alone may hold few enough.
        if not answer.more and any(name == TIME for name, _ in answer.columns):
            times = looks(rule, since, now)
            return await _told(home, tried(rule, since, now, times, windowed(rule, answer, times, jobs)))
    times = looks(rule, since, now, MOST_POINTS)
    answers = _whole(await _asked(home, [_question(rule, jobs, time) for time in times]))
    found = [_findings(rule, own(answer), jobs) for answer in answers]
    return await _told(home, tried(rule, since, now, times, found))


async def _told(home: Tables, found: Trial) -> Trial:
    """The trial with the tables that have no rows, where its outcome may come of that alone."""
    named = tables(found.rule.kql, TABLES)
    if (found.incidents and found.rule.operator not in ABSENCE) or not named:
        return found
    asked = [Question(kql=f"{name} | take 1", timespan=(found.began, found.until), rows=1) for name in named]
    answers = await home.ask(asked)
    empty = [name for name, each in zip(named, answers, strict=True) if isinstance(each, Answered) and not each.rows]
    return replace(found, empty=tuple(empty))


def _question(rule: KqlRule, jobs: Mapping[str, Job], until: datetime, since: datetime | None = None) -> Question:
    kql = at(with_values(rule, jobs), until)
    return Question(kql=kql, timespan=(since or until - rule.window, until), rows=_ROWS, seconds=_SECONDS)


async def _asked(home: Tables, questions: Sequence[Question]) -> list[Answered | Refusal | SourceDown]:
    """All answers; after the first that is none, nothing more is asked."""
    answers: list[Answered | Refusal | SourceDown] = []
    for start in range(0, len(questions), _TOGETHER):
        answers += await home.ask(questions[start : start + _TOGETHER])
        if not all(isinstance(answer, Answered) for answer in answers):
            break
    return answers


def _whole(answers: Sequence[Answered | Refusal | SourceDown]) -> list[Answered]:
    for answer in answers:
        if isinstance(answer, Refusal | SourceDown):
            raise answer
    return [answer for answer in answers if isinstance(answer, Answered)]


def _findings(rule: KqlRule, answer: Answered, jobs: Mapping[str, Job]) -> list[Finding]:
    return findings(rule, answer, jobs, Asked())
