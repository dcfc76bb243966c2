"""A rule on the past: how often it would have fired, with as few questions as will do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.backtest import backtest
from bot.kqlrules import KqlRule, parse
from bot.kqlrules.trial import MOST_POINTS, Trial, at, row_by_row
from bot.ports import Answered, Question, Refusal, SourceDown
from cards.trial import trial, verdict
from tests.support.log_rows import audit, open_logs
from tests.support.make import NOON

HEADER = "// title: {Who} did it\n// help: Somebody did it.\n// severity: low\n// key: Who\n"
ROWS = 'AuditLogs | where ActivityDisplayName == "Delete it" | extend Who = tostring(InitiatedBy.user.displayName)'
SUMS = f"{ROWS} | summarize N = count(), TimeGenerated = max(TimeGenerated) by Who"


class Logs:
    """Port `Tables` over a store of rows, which counts the questions."""

    name = "archive"

    def __init__(self, logs: Any) -> None:
        self._logs = logs
        self.asked: list[Question] = []

    async def ask(self, questions: Sequence[Question]) -> Sequence[Answered | Refusal | SourceDown]:
        self.asked += questions
        return [await self._answer(question) for question in questions]

    async def _answer(self, question: Question) -> Answered | Refusal:
        try:
            table = await self._logs.query(question.kql, timespan=question.timespan, max_rows=question.rows, now=NOON)
        except Refusal as error:
            return error
        return Answered(columns=table.columns, rows=tuple(table.rows), more=bool(table.partial))


async def tried(kql: str, hours_ago: Sequence[tuple[str, float]], days: int = 7, **header: str) -> tuple[Trial, int]:
    """A trial on rows of people some hours ago, and how many questions it took."""
    more = "".join(f"// {word}: {value}\n" for word, value in header.items())
    rule = parse("my_rule", f"{HEADER}{more}{kql}")
    async with open_logs(rows=0) as logs:
        entries = [
            (
                audit(
                    number,
                    at=NOON - timedelta(hours=hours),
                    activityDisplayName="Delete it",
                    initiatedBy={"user": {"displayName": who}},
                ),
                NOON,
            )
            for number, (who, hours) in enumerate(hours_ago, 10)
        ]
        await logs.append_audits(entries)
        home = Logs(logs)
        found = await backtest(home, rule, {}, NOON, days)
    return found, len(home.asked)


async def test_a_rule_of_single_rows_takes_one_question_and_is_judged_at_every_look() -> None:
    found, asked = await tried(ROWS, [("ada", 100), ("ada", 99), ("bob", 3)])
    assert asked == 1
    assert found.looks == 7 * 24 * 12
    assert [(each.finding.alert.title, each.times) for each in found.incidents] == [
        ("ada did it", 1),
        ("bob did it", 1),
    ]
    ada, bob = found.incidents
    assert abs(ada.opened - (NOON - timedelta(hours=100))) <= timedelta(minutes=5)
    assert ada.ended is not None
    assert abs(ada.ended - (NOON - timedelta(hours=75))) <= timedelta(minutes=5)
    assert bob.ended is None


async def test_what_comes_back_within_a_day_is_one_incident_that_fired_again() -> None:
    found, _ = await tried(ROWS, [("ada", 160), ("ada", 130), ("ada", 60)])
    assert [each.times for each in found.incidents] == [2, 1]
    assert verdict(found) == "It would have fired 3 times, 2 of them one incident: 2 incidents in all."


async def test_a_rule_that_counts_is_asked_a_bounded_number_of_times_and_misses_nothing() -> None:
    found, asked = await tried(SUMS, [("ada", 100), ("bob", 50.5), ("eve", 26), ("zoe", 1)])
    assert asked <= MOST_POINTS
    assert [each.finding.alert.key for each in found.incidents] == ["ada", "bob", "eve", "zoe"]


async def test_both_ways_tell_the_same() -> None:
    rows = [("ada", 100.0), ("ada", 40.0), ("bob", 30.0), ("eve", 2.0)]
    one, _ = await tried(ROWS, rows)
    many, _ = await tried(SUMS, rows)
    assert [(i.finding.alert.key, i.times) for i in one.incidents] == [
        (i.finding.alert.key, i.times) for i in many.incidents
    ]


async def test_a_threshold_counts_within_each_window_alone() -> None:
    spread, _ = await tried(ROWS, [("ada", 100), ("ada", 60), ("ada", 20)], threshold="1")
    assert spread.incidents == ()
    assert verdict(spread) == "It would not have fired."
    together, _ = await tried(ROWS, [("ada", 100), ("ada", 99), ("ada", 20)], threshold="1")
    assert len(together.incidents) == 1


async def test_over_an_empty_log_it_is_said_that_there_was_nothing_to_look_at() -> None:
    rule = parse("my_rule", f"{HEADER}{ROWS.replace('AuditLogs', 'AzureActivity | union AuditLogs')}")
    async with open_logs(rows=0) as logs:
        found = await backtest(Logs(logs), rule, {}, NOON - timedelta(days=40), 7)
    assert verdict(found) == (
        "There were no rows to look at, so this tells nothing about the rule: "
        "AuditLogs and AzureActivity have no rows from 3 Oct 12:00 to 11 Oct 12:00 UTC."
    )


async def test_a_rule_about_absence_that_fires_over_an_empty_log_is_told_with_that() -> None:
    rule = parse(
        "my_rule", "// title: Nothing\n// help: Nothing came.\n// severity: low\n// operator: Equal\nAuditLogs"
    )
    async with open_logs(rows=0) as logs:
        found = await backtest(Logs(logs), rule, {}, NOON - timedelta(days=40), 7)
    assert "It would have fired 1 time: 1 incident in all. But AuditLogs has no rows from" in verdict(found)


async def test_a_wrong_rule_is_told_as_it_would_be_in_force() -> None:
    with pytest.raises(Refusal, match="Failed to resolve"):
        await tried(ROWS.replace("ActivityDisplayName", "Activity"), [])
    with pytest.raises(Refusal, match="`show` names the column Nope"):
        await tried(ROWS, [], show="Nope")


@pytest.mark.parametrize("days", [0, -1, 31, 10**6])
async def test_only_days_that_there_are_can_be_tried(days: int) -> None:
    with pytest.raises(Refusal, match="1 to 30 days"):
        await tried(ROWS, [], days=days)


async def test_a_short_window_over_many_days_is_refused_rather_than_leaving_gaps() -> None:
    with pytest.raises(Refusal, match="no more than 5 days"):
        await tried(SUMS, [], days=30, window="65m")


@pytest.mark.parametrize(
    ("kql", "single"),
    [
        (ROWS, True),
        ("AuditLogs | mv-expand TargetResources | project TimeGenerated, Id | sort by Id", True),
        (SUMS, False),
        ("AuditLogs | where TimeGenerated > ago(1h)", False),
        ("AuditLogs | top 5 by Id", False),
        ("AuditLogs | extend TimeGenerated = now()", False),
        ("AuditLogs | join (AuditLogs) on Id", False),
        ("let a = AuditLogs | take 1; a", False),
        ("union AuditLogs, AuditLogs", False),
        ('AuditLogs | where Id == "| summarize"', True),
    ],
)
def test_what_one_question_can_tell_of_every_window(kql: str, single: bool) -> None:
    assert row_by_row(parse("my_rule", HEADER + kql)) is single


def test_a_query_that_reads_the_clock_reads_the_one_of_then() -> None:
    then = datetime(2026, 11, 1, tzinfo=UTC)
    said = at('T | where a > ago(1h + 2m) and b < now() and c == "ago(3)" | extend d = now(-1d)', then)
    time = "datetime(2026-11-01T00:00:00.000000Z)"
    assert said == f'T | where a > ({time} - (1h + 2m)) and b < {time} and c == "ago(3)" | extend d = ({time} + (-1d))'


async def test_the_card_of_a_trial_fits_however_much_would_have_happened() -> None:
    found, _ = await tried(ROWS, [(f"person {number}" * 5, number / 10) for number in range(300)])
    assert len(found.incidents) == 100 + 1 or len(found.incidents) > 100
    assert isinstance(found.rule, KqlRule)
    assert "more incidents" in str(trial(found))
