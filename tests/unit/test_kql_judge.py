"""From rows to findings: what belongs together, what is compared, what a card shows, and what is no answer at all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.kqlrules import Operator, parse
from bot.kqlrules.judge import MOST_KEYS, Asked, findings
from bot.kqlrules.model import KqlRule
from bot.model import Finding
from bot.ports import Answered, Refusal
from tests.support.make import NOON, job

COLUMNS = (("TimeGenerated", "datetime"), ("Who", "string"), ("Count", "long"))
WORKDAY = job()


def rule(**more: Any) -> KqlRule:
    lines = {"title": "{Who} did it", "help": "Somebody did it.", "severity": "low", "key": "Who"} | more
    header = "\n".join(f"// {word}: {value}" for word, value in lines.items() if value)
    return parse("my_rule", f"{header}\nAuditLogs")


def answer(*rows: tuple[Any, ...], columns: tuple[tuple[str, str], ...] = COLUMNS, more: bool = False) -> Answered:
    return Answered(columns=columns, rows=rows, more=more)


def found(asked: KqlRule, given: Answered) -> list[Finding]:
    return findings(asked, given, {WORKDAY.id: WORKDAY}, Asked(home="archive"))


def test_rows_of_one_key_are_one_finding_told_in_the_words_of_the_newest() -> None:
    early, late = NOON - timedelta(hours=2), NOON
    told = found(rule(title="{Who}: {rows} rows"), answer((late, "ada", 1), (early, "ada", 2), (late, "bob", 3)))
    assert [each.alert.title for each in told] == ["ada: 2 rows", "bob: 1 rows"]
    assert [each.alert.fingerprint for each in told] == ["my_rule//ada", "my_rule//bob"]
    assert told[0].evidence.first_seen == early
    assert told[0].evidence.sheet is not None
    assert told[0].evidence.sheet.rows[0] == ("2026-11-20 12:00:00", "ada", "1")


def test_the_order_and_the_number_of_rows_change_no_alert() -> None:
    one, two = (NOON, "ada", 1), (NOON - timedelta(hours=1), "ada", 2)
    assert found(rule(), answer(one, two))[0].alert == found(rule(), answer(two, one))[0].alert
    assert found(rule(), answer(one))[0].alert == found(rule(), answer(one, two))[0].alert


def test_two_keys_that_read_alike_stay_two() -> None:
    columns = (("A", "string"), ("B", "string"))
    given = answer(("x/y", "z"), ("x", "y/z"), columns=columns)
    assert len(found(rule(title="t", key="A, B"), given)) == 2


def test_a_job_in_the_rows_ties_the_finding_to_it_whether_the_key_names_it_or_not() -> None:
    given = answer((WORKDAY.id, 7), ("unknown", 8), columns=(("JobId", "string"), ("N", "long")))
    told = found(rule(title="{job} fails", key=""), given)
    assert [(each.alert.job_id, each.alert.title) for each in told] == [
        (WORKDAY.id, f"{WORKDAY.name} fails"),
        ("unknown", "unknown fails"),
    ]


@pytest.mark.parametrize(
    ("operator", "threshold", "counts", "fires"),
    [
        ("GreaterThan", 2, [2], False),
        ("GreaterThan", 2, [2, 3], True),
        ("GreaterThanOrEqual", 2, [2], True),
        ("LessThan", 2, [2], False),
        ("LessThan", 2, [1], True),
        ("LessThanOrEqual", 2, [2], True),
        ("Equal", 2, [2], True),
        ("Equal", 2, [1, 3], False),
        ("GreaterThan", 2, [None], False),
    ],
)
def test_a_column_is_compared_row_by_row(operator: str, threshold: int, counts: list[int], fires: bool) -> None:
    asked = rule(measure="Count", operator=operator, threshold=str(threshold))
    assert bool(found(asked, answer(*((NOON, "ada", count) for count in counts)))) is fires


def test_only_the_rows_that_fire_are_shown_and_the_worst_of_them_is_told() -> None:
    told = found(rule(measure="Count", threshold="5", title="{value}"), answer((NOON, "ada", 9), (NOON, "ada", 1)))
    assert told[0].alert.title == "9"
    assert told[0].evidence.sheet is not None
    assert len(told[0].evidence.sheet.rows) == 1


def test_nothing_at_all_fires_a_rule_about_too_little_that_has_no_key() -> None:
    asked = rule(title="Nothing came", key="", operator="LessThan", threshold="1")
    told = found(asked, answer())
    assert [each.alert.fingerprint for each in told] == ["my_rule//"]
    assert found(asked, answer((NOON, "ada", 1))) == []


@pytest.mark.parametrize(
    ("word", "value"), [("key", "Whom"), ("show", "Whom"), ("measure", "Whom"), ("title", "{Whom} did it")]
)
def test_a_column_that_the_query_does_not_give_is_named(word: str, value: str) -> None:
    with pytest.raises(Refusal, match=rf"`{word}` names the column Whom, .* it gives Count, TimeGenerated, Who"):
        found(rule(**{word: value}), answer())


def test_more_rows_than_may_come_are_no_answer() -> None:
    with pytest.raises(Refusal, match="let it count"):
        found(rule(), answer((NOON, "ada", 1), more=True))


def test_a_storm_of_keys_is_bounded_and_says_so() -> None:
    told = found(rule(), answer(*((NOON, f"user {number:04}", 1) for number in range(MOST_KEYS + 40))))
    assert len(told) == MOST_KEYS + 1
    assert told[-1].evidence.facts == (("More", "40"),)


def test_a_card_shows_ten_rows_and_how_many_more() -> None:
    told = found(rule(show="Who"), answer(*((NOON, "ada", number) for number in range(25))))
    sheet = told[0].evidence.sheet
    assert sheet is not None
    assert (sheet.columns, len(sheet.rows), sheet.more) == (("Who",), 10, 15)


def test_every_operator_is_one_of_azure_monitors() -> None:
    assert [each.value for each in Operator] == [
        "GreaterThan",
        "GreaterThanOrEqual",
        "LessThan",
        "LessThanOrEqual",
        "Equal",
    ]
