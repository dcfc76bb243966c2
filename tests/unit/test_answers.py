"""Answers to `kql`: how they are drawn, paged and forgotten, and how a query is read as people type it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.answers import KEPT, MOST, Answers, chart_of
from bot.asking import typed
from bot.model import Chart
from bot.ports import Answered, Refusal
from cards.answer import LARGEST, answer, drawn
from cards.elements import size
from tests.support.card_checks import problems
from tests.support.make import NOON, Hand
from tests.support.talk import texts

TIMES = (("TimeGenerated", "datetime"), ("Failed", "long"))


def table(columns: tuple[tuple[str, str], ...], *rows: tuple[Any, ...]) -> Answered:
    return Answered(columns=columns, rows=rows)


def days(*values: int) -> list[tuple[datetime, int]]:
    return [(NOON.replace(hour=0) + timedelta(days=day), value) for day, value in enumerate(values)]


def test_times_and_numbers_are_drawn_as_lines_unasked_in_the_order_of_time() -> None:
    found = chart_of(table(TIMES, *reversed(days(3, 1, 2))), "")
    assert found == Chart(
        kind="lines",
        across="TimeGenerated",
        up="Failed",
        series=(("Failed", (("2026-11-20", 3.0), ("2026-11-21", 1.0), ("2026-11-22", 2.0))),),
    )


def hours(count: int, **step: int) -> list[tuple[datetime, int]]:
    return [(NOON + timedelta(**step) * at, at) for at in range(count)]


def test_hours_are_counted_because_their_names_have_no_room_side_by_side() -> None:
    found = chart_of(table(TIMES, *hours(25, hours=1)), "")
    assert found is not None
    element = drawn(found)
    assert element is not None
    assert [point["x"] for point in element["data"][0]["values"]] == [float(at) for at in range(-24, 1)]
    assert element["xAxisTitle"] == "hours before 21 Nov 12:00 UTC"
    said = " ".join(run["text"] for run in element["fallback"]["inlines"])
    assert "0 (20 Nov 12:00) to 24 (21 Nov 12:00)" in said


@pytest.mark.parametrize(
    ("step", "scale"),
    [
        ({"minutes": 5}, "minutes before 20 Nov 14:00 UTC"),
        ({"seconds": 10}, "minutes before 20 Nov 12:04:00 UTC"),
        ({"hours": 6}, "days before 26 Nov 12:00 UTC"),
        ({"days": 30}, "days before 9 Nov 2028 12:00 UTC"),
    ],
)
def test_the_unit_follows_the_stretch_and_no_two_times_are_called_alike(step: dict[str, int], scale: str) -> None:
    found = chart_of(table(TIMES, *hours(25, **step)), "timechart")
    assert found is not None
    assert found.scale == scale
    assert len(dict(found.places)) == 25


def test_days_keep_their_dates_which_teams_counts_by_itself() -> None:
    found = chart_of(table(TIMES, *days(1, 2, 3)), "")
    assert found is not None
    element = drawn(found)
    assert element is not None
    assert (found.scale, element["data"][0]["values"][0]["x"]) == ("", "2026-11-20")


def test_one_line_for_each_word_beside_the_number() -> None:
    columns = (*TIMES, ("JobId", "string"))
    rows = [(at, value, job) for job in ("a", "b") for at, value in days(1, 2)]
    found = chart_of(table(columns, *rows), "")
    assert found is not None
    assert [name for name, _ in found.series] == ["a", "b"]


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [("piechart", "shares"), ("barchart", "ranking"), ("columnchart", "bars"), ("timechart", "lines")],
)
def test_render_says_how_it_is_drawn(wanted: str, kind: str) -> None:
    found = chart_of(table((("Result", "string"), ("n", "long")), ("success", 3), ("failure", 4)), wanted)
    assert found is not None
    assert found.kind == kind
    element = drawn(found)
    assert element is not None
    assert "fallback" in element


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (table((("Id", "string"),), ("a",)), "piechart"),
        (table(TIMES), ""),
        (table(TIMES, *days(1)), ""),
        (table((("Result", "string"), ("n", "long")), ("a", 1), ("b", 2)), ""),
        (table((*TIMES, ("a", "string"), ("b", "string")), (NOON, 1, "x", "y"), (NOON, 1, "x", "y")), ""),
        (table(TIMES, *days(1, 2)), "table"),
        (table(TIMES, *days(1, 2)), "cobweb"),
    ],
)
def test_what_cannot_be_drawn_is_only_a_table(given: Answered, wanted: str) -> None:
    assert chart_of(given, wanted) is None


def test_numbers_that_are_none_and_hostile_names_do_no_harm() -> None:
    rows = [
        (f"<at>everyone</at> [x](https://evil) {number}", value) for number, value in enumerate([1, None, "NaN", 4])
    ]
    found = chart_of(table((("Who", "string"), ("n", "real")), *rows), "piechart")
    assert found is not None
    card = answer("query", ["Who", "n"], [[str(value) for value in row] for row in rows], chart=found)
    assert problems(card) == []


# --- The card ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wide", [1, 8, 60])
@pytest.mark.parametrize("long", [3, 200, 5_000])
def test_every_page_fits(wide: int, long: int) -> None:
    rows = [["x" * long] * wide for _ in range(40)]
    for page in (1, 2, 3, 99):
        card = answer("AuditLogs", [f"Column{at}" for at in range(wide)], rows, page=page, token="abc")
        assert size(card) <= LARGEST
        assert problems(card) == []


def test_a_page_says_which_it_is_and_leads_to_the_others() -> None:
    rows = [[str(number)] for number in range(40)]
    said = " ".join(texts(answer("AuditLogs", ["N"], rows, page=2, token="abc")))
    assert "40 rows, page 2 of 3" in said
    assert "Back" in said
    assert "More" in said
    assert "At least 40 rows" in " ".join(texts(answer("AuditLogs", ["N"], rows, more=True)))
    assert "0 rows" in " ".join(texts(answer("AuditLogs", ["N"], [])))


def test_columns_that_have_no_room_are_named() -> None:
    said = " ".join(texts(answer("AuditLogs", [f"C{at}" for at in range(10)], [["x"] * 10])))
    assert "2 columns more: C8, C9" in said


# --- What is kept --------------------------------------------------------------------------------------------------------------


def test_an_answer_is_turned_over_only_by_the_one_who_asked_and_only_for_a_while() -> None:
    now = Hand()
    answers = Answers(now)
    token = answers.keep("q", table(TIMES), "ada", "here")
    assert answers.find(token, "ada", "here").query == "q"
    for person, place in (("bob", "here"), ("ada", "there")):
        with pytest.raises(Refusal, match="ask again"):
            answers.find(token, person, place)
    now.forward(seconds=KEPT.total_seconds() + 1)
    with pytest.raises(Refusal, match="ask again"):
        answers.find(token, "ada", "here")


def test_only_so_many_answers_are_kept() -> None:
    answers = Answers(Hand())
    first = answers.keep("q", table(TIMES), "ada", "here")
    for _ in range(MOST):
        answers.keep("q", table(TIMES), "ada", "here")
    with pytest.raises(Refusal):
        answers.find(first, "ada", "here")


# --- As it is typed -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "kql"),
    [
        ("AuditLogs | take 1", "AuditLogs | take 1"),
        ('"AuditLogs | take 1"', "AuditLogs | take 1"),
        ("“AuditLogs | where Result == “success””", 'AuditLogs | where Result == "success"'),
        ("AuditLogs | where Id == ‘x’", "AuditLogs | where Id == 'x'"),
        ("`AuditLogs`", "AuditLogs"),
        ('AuditLogs | where Url == "https://example.org"', 'AuditLogs | where Url == "https://example.org"'),
    ],
)
def test_quotes_of_telephones_and_around_the_whole_are_understood(said: str, kql: str) -> None:
    assert typed(said) == kql


def test_a_remark_would_hide_what_follows_it_on_the_one_line_of_a_chat() -> None:
    with pytest.raises(Refusal, match="Leave remarks"):
        typed("AuditLogs // all of them | take 1")
