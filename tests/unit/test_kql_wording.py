"""The text of a query: values bound so that nothing breaks out of them, `render` taken off, rows limited."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kqlrules.wording import bound, limited, tables, unrendered
from bot.ports import Refusal
from tests.support.log_rows import NOON, open_logs

HOSTILE = [
    '"]); AuditLogs //',
    "'; .drop table AuditLogs",
    "\\",
    '\\"',
    "a\nb",
    "é\u2028😀",
    "{window}",
    "let jobs = 1;",
]


async def test_a_bound_value_stays_a_value_whatever_it_says() -> None:
    kql = bound("let jobs = dynamic([]); print n = array_length(jobs), one = tostring(jobs[0])", {"jobs": HOSTILE})
    async with open_logs() as logs:
        assert (await logs.query(kql, now=NOON)).rows == [(len(HOSTILE), HOSTILE[0])]
        back = await logs.query(bound("let jobs = dynamic([]); print tostring(jobs)", {"jobs": HOSTILE}), now=NOON)
    for word in ("drop table", "{window}", "let jobs = 1;"):
        assert word in back.rows[0][0]


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0")), max_size=3))
def test_no_value_ends_its_own_statement(values: list[str]) -> None:
    kql = bound("let jobs = dynamic([]);\nAuditLogs", {"jobs": values})
    assert kql.endswith(";\nAuditLogs")
    assert tables(kql, ["AuditLogs"]) == ("AuditLogs",)
    assert len(kql.splitlines()) == 2


def test_lines_stay_where_they_are() -> None:
    kql = "// one\nlet jobs =\n  dynamic([]);\nAuditLogs | where x"
    assert bound(kql, {"jobs": ["a"]}).splitlines()[3] == "AuditLogs | where x"


def test_a_let_in_a_remark_or_a_string_is_not_taken_for_the_parameter() -> None:
    kql = '// let jobs = 1;\nprint "let jobs = 2;"; let jobs = dynamic([]); AuditLogs'
    made = bound(kql, {"jobs": ["a"]})
    assert made == '// let jobs = 1;\nprint "let jobs = 2;"; let jobs = dynamic(["a"]); AuditLogs'


def test_declared_parameters_become_lets_because_log_analytics_takes_no_declaration() -> None:
    kql = 'declare query_parameters(jobs:dynamic = dynamic([]), names:string = ");");\nAuditLogs'
    assert bound(kql, {"jobs": ["a"]}) == 'let jobs = dynamic(["a"]); let names = dynamic([]);\nAuditLogs'


def test_a_parameter_without_a_place_is_refused() -> None:
    with pytest.raises(Refusal, match="no line `let jobs"):
        bound("AuditLogs", {"jobs": ["a"]})


@pytest.mark.parametrize(
    ("kql", "plain", "drawn"),
    [
        ("T | count", "T | count", ""),
        ("T | count ; // done", "T | count", ""),
        ("T | summarize n=count() by x | render piechart", "T | summarize n=count() by x", "piechart"),
        ('T | render timechart with (title="a | b ; c") ;', "T", "timechart"),
        ('T | where a == "| render x"', 'T | where a == "| render x"', ""),
        ("T // | render x", "T", ""),
    ],
)
def test_render_and_what_follows_the_query_are_taken_off(kql: str, plain: str, drawn: str) -> None:
    assert unrendered(kql) == (plain, drawn)
    assert limited(kql, 5) == f"{plain}\n| take 6"


def test_a_table_is_read_only_where_it_is_named_in_the_query_itself() -> None:
    known = ("AADProvisioningLogs", "AuditLogs")
    assert tables('// AuditLogs\nAADProvisioningLogs | where a == "AuditLogs"', known) == ("AADProvisioningLogs",)


def test_the_span_of_a_window_is_no_part_of_any_text() -> None:
    from bot.kqlrules.question import question
    from tests.unit.test_kql_rule_files import GOOD, parse

    rule = parse("mine", GOOD)
    asked = question(rule, {}, NOON)
    assert asked.kql == rule.kql
    assert asked.timespan == (NOON - timedelta(days=1), NOON)
