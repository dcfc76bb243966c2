"""Answers of Log Analytics, read from their bytes."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.log_answers import innermost, rows, said_in, written

COLUMNS = [{"name": "Id", "type": "string"}, {"name": "Count", "type": "long"}]


def answer(*found: list[object], **more: object) -> bytes:
    tables = [{"name": "PrimaryResult", "columns": COLUMNS, "rows": list(found)}]
    return json.dumps({"tables": tables, **more}).encode()


def test_rows_come_by_the_names_of_their_columns() -> None:
    found, error = rows(answer(["a", 1], ["b", None]))
    assert (found, error) == ([{"Id": "a", "Count": 1}, {"Id": "b", "Count": None}], None)


def test_half_of_a_pair_of_surrogates_takes_no_row_away() -> None:
    found, _ = rows(answer(["a", 1]).replace(b'"a"', b'"\\ud83d"'))
    assert found == [{"Id": "\ud83d", "Count": 1}]


def test_an_answer_cut_short_says_so_beside_its_rows() -> None:
    inner = {"code": "X", "message": "the innermost words"}
    found, error = rows(answer(["a", 1], error={"message": "partial", "innererror": {"innererror": inner}}))
    assert found is not None
    assert innermost(error) == "the innermost words"


def test_an_answer_without_a_table_has_no_rows() -> None:
    assert rows(b'{"tables": []}') == rows(b"{}") == (None, None)


@pytest.mark.parametrize("body", [b"<html>", b"", b'{"tables": [{"rows": []}]}', b"[]", b'"text"', b'{"tables": 5}'])
def test_what_is_no_answer_is_refused_as_the_adapter_expects(body: bytes) -> None:
    with pytest.raises((json.JSONDecodeError, KeyError, TypeError, AttributeError)):
        rows(body)


def test_a_page_of_a_gateway_says_nothing() -> None:
    class Page:
        def text(self) -> str:
            return "<html>"

    assert said_in(Page()) is None


def test_stretches_of_time_are_written_as_the_service_reads_them() -> None:
    at = datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert written((at, at + timedelta(hours=1))) == "2026-11-20T08:00:00Z/2026-11-20T09:00:00Z"
    assert written(timedelta(days=1)) == "PT86400.0S"
