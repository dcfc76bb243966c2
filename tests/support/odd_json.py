"""Values that nobody expects in a row of a log: of every type, size and depth, odd ids, times that cannot be, broken JSON."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Values = st.SearchStrategy[Any]

MISSING = object()
"""Stands for a field that is not there."""

ODD_IDS = ("'; DROP TABLE ledger; --", "../../etc", "a\x00b", "\u202eabc", "\U0001f9df" * 300, " ", "\n", "a/b?c#d%00")
ODD_TIMES = (
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.9999999-14:00",
    "2099-01-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "-0001-01-01T00:00:00Z",
    "2026-11-20",
    "1e400",
    "now",
)
BROKEN_JSON = ("{", '{"Id": ', '{"Id": "a"', "[1,", "nul", '{"Id": "\\ud800"}', '"text"', "[]", "7", "{" * 3_000)


def _nested(depth: int) -> Any:
    made: Any = "end"
    for number in range(depth):
        made = {"a": made} if number % 2 else [made]
    return made


def _long(text: str, times: int) -> str:
    return (text or "x") * times


def _holding(inner: Values) -> Values:
    return st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3))


words: st.SearchStrategy[str] = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
long_words: Values = st.builds(_long, words, st.sampled_from([1, 300, 5_000]))
scalar: Values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    long_words,
    st.sampled_from((*ODD_IDS, *ODD_TIMES)),
)
nested: Values = st.one_of(st.recursive(scalar, _holding, max_leaves=8), st.integers(1, 400).map(_nested))
anything: Values = st.one_of(scalar, nested, st.just(MISSING))
in_columns: Values = st.one_of(scalar, nested, st.sampled_from(BROKEN_JSON))
