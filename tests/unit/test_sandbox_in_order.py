"""A log that is kept in order gives the rows that a look through all of them would give."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.graph.in_order import ALWAYS, InOrder, span
from sandbox.graph.logs import TIME

times = st.integers(0, 30).map(lambda minute: f"2026-11-20T08:{minute:02}:00.0000000Z")


def follower() -> InOrder[dict[str, Any]]:
    return InOrder(lambda row: None if row.get("repeat") else row)


@given(st.lists(st.tuples(times, st.booleans())), st.integers(0, 40), times, times)
def test_whenever_rows_arrive_and_in_whatever_order(
    told: list[tuple[str, bool]], first: int, low: str, high: str
) -> None:
    rows: list[dict[str, Any]] = [
        {"id": number, TIME: time, "repeat": repeat} for number, (time, repeat) in enumerate(told)
    ]
    log = follower()
    log.between(rows[:first], *ALWAYS)
    shown = sorted((row for row in rows if not row["repeat"]), key=lambda row: row[TIME])
    assert log.between(rows, low, high) == [row for row in shown if low <= row[TIME] <= high]
    assert log.between(rows, *ALWAYS) == shown


def test_a_log_from_which_rows_were_taken_is_read_anew() -> None:
    rows = [{TIME: f"2026-11-20T08:0{minute}:00.0000000Z"} for minute in range(5)]
    log = follower()
    assert log.between(rows, *ALWAYS) == rows
    for left in (rows[1:], [*rows[:2], *rows[3:], dict(rows[0])], []):
        assert len(log.between(left, *ALWAYS)) == len(left)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("activityDateTime gt 2026-11-20T08:00:00Z", "2026-11-20T08:00:00.0000000Z", "~"),
        ("activityDateTime le 2026-11-20T10:00:00+01:00 and id eq 'x'", "", "2026-11-20T09:00:00.0000000Z"),
        ("(activityDateTime eq 2026-11-20T08:00:00Z)", "2026-11-20T08:00:00.0000000Z", "2026-11-20T08:00:00.0000000Z"),
        ("activityDateTime ge 2026-11-20T08:00:00Z or id eq 'x'", *ALWAYS),
        ("id eq 'activityDateTime gt 2026-11-20T08:00:00Z'", *ALWAYS),
        ("id eq 'x'", *ALWAYS),
    ],
)
def test_a_filter_says_between_which_times_its_rows_lie(text: str, low: str, high: str) -> None:
    assert span(text, TIME) == (low, high)
