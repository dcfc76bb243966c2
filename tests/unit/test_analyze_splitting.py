"""A JSON array is cut into pieces that hold whole rows, wherever the cuts fall and whatever stands in the texts."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.analyze.decode import Part, Wanted, decoded, read_piece
from bot.analyze.readers import readers
from bot.analyze.reading import Download, Reader
from bot.analyze.split import Array, array_in, pieces
from bot.analyze.walk import exactly
from tests.support.log_rows import event

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TRAPS = ['},{"id":"x', '"},{"id":', "}]", "[{", '\\"', "\\", "\n}\n,{", "ünï — 日本", "]}"]

things = st.recursive(
    st.none() | st.integers() | st.sampled_from(TRAPS) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "x", "}", *TRAPS]), inner, max_size=3)
    ),
    max_leaves=6,
)
objects = st.dictionaries(st.sampled_from(["a", "b", "nested"]), things, max_size=3)


def array_of(path: Path, text: str) -> Array:
    path.write_text(text, "utf-8", newline="")
    return array_in(path, 0, path.name)


@given(rows=st.lists(objects, max_size=30), size=st.integers(1, 200), indent=st.sampled_from([None, 1]))
def test_the_rows_found_one_by_one_are_those_that_were_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]], size: int, indent: int | None
) -> None:
    found = array_of(
        tmp_path_factory.mktemp("rows") / "rows.json", json.dumps([{"id": 1} | row for row in rows], indent=indent)
    )
    read = [json.loads(row) for some, _ in exactly(found, found.begin, 1, "rows", size) for row in some]
    assert read == [{"id": 1} | row for row in rows]


@given(rows=st.lists(objects, max_size=30), size=st.integers(1, 200), indent=st.sampled_from([None, 1]))
def test_pieces_put_together_are_the_file_and_those_cut_right_are_whole(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]], size: int, indent: int | None
) -> None:
    text = json.dumps([{"id": 1} | row for row in rows], indent=indent, ensure_ascii=False)
    found = array_of(tmp_path_factory.mktemp("pieces") / "rows.json", text)
    cut = list(pieces(found, size))
    assert [each.begin for each in cut] == [found.begin, *(each.end for each in cut[:-1])]
    assert cut[-1].end == found.end
    arrays = [each.array() for each in cut]
    try:
        read = [row for array in arrays for row in msgspec.json.decode(array)]
    except msgspec.DecodeError:
        return  # a cut fell into a row, which its reader sees: the rows are then found one by one
    assert read == [{"id": 1} | row for row in rows]


@pytest.mark.parametrize("begin", ["[", '{"value":[', '{"@odata.context": "x", "n": 1, "value" : [', " \r\n [ "])
def test_a_list_is_found_in_the_file_also_inside_graphs_own_answer(tmp_path: Path, begin: str) -> None:
    end = '], "@odata.nextLink": "https://graph"}' if "{" in begin else "] \n"
    found = array_of(tmp_path / "rows.json", f"{begin}{json.dumps(event(1))}{end}")
    (piece,) = pieces(found)
    assert len(msgspec.json.decode(piece.array())) == 1


async def rows_read(array: Array, wanted: Wanted | None = None, *, bytes_: int = 0) -> list[str]:
    with readers(bytes_) as pool:
        reader = Reader([Download("x.json", "JSON", (array,), 1)], wanted or Wanted(now=NOW), pool, partial=False)
        parts = [part async for part in reader.parts()]
    return [each.change_id for part in parts for each in part.events]


async def test_other_processes_give_the_same_rows_in_the_same_order(tmp_path: Path) -> None:
    found = array_of(tmp_path / "rows.json", json.dumps([event(number) for number in range(20_000)]))
    assert found.end > 16 << 20
    there, here = await rows_read(found, bytes_=1 << 40), await rows_read(found)
    assert there == here == [f"change-{number}" for number in range(20_000)]


async def test_a_cut_in_the_wrong_place_is_noticed_and_costs_only_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The same first field inside the rows as of the rows: nearly every cut is wrong.
    inner = [{"id": f"step {number}", "status": "success"} for number in range(50)]
    rows = [event(number) | {"provisioningSteps": inner} for number in range(40)]
    found = array_of(tmp_path / "rows.json", json.dumps(rows))
    monkeypatch.setattr(pieces, "__defaults__", (3_000,))
    assert not all(decoded(read_piece(each, Wanted(now=NOW))).whole for each in pieces(found))
    assert await rows_read(found) == [f"change-{number}" for number in range(40)]


async def test_only_what_is_asked_for_is_kept(tmp_path: Path) -> None:
    rows = [
        event(1),
        event(2, jobId="other.2", servicePrincipal={"id": "p", "displayName": "Fabrikam Payroll"}),
        event(3, at=datetime(2026, 11, 1, tzinfo=UTC)),
    ]
    found = array_of(tmp_path / "rows.json", json.dumps(rows))
    assert await rows_read(found, Wanted(now=NOW, job="payroll FABRIKAM")) == ["change-2"]
    assert await rows_read(found, Wanted(now=NOW, since=datetime(2026, 11, 10, tzinfo=UTC))) == ["change-1", "change-2"]


def test_the_older_spelling_of_a_row_says_the_same(tmp_path: Path) -> None:
    new = event(1, code="ContosoEntryConflict")
    old = {
        name: value for name, value in new.items() if name not in {"provisioningAction", "provisioningStatusInfo", "id"}
    }
    error = new["provisioningStatusInfo"]["errorInformation"]
    flat = old | {"action": "Create", "statusInfo": {"status": "Failure"} | error}
    deep = old | {"action": "create", "statusInfo": {"status": "failure", "errorInformation": error}}
    parts = [_read(tmp_path, row) for row in (new, flat, deep)]
    events = [msgspec.structs.replace(part.events[0], id="") for part in parts]
    assert events[0] == events[1] == events[2]
    assert events[0].step == "export"


def _read(tmp_path: Path, row: dict[str, Any]) -> Part:
    found = array_of(tmp_path / f"{os.urandom(4).hex()}.json", json.dumps([row]))
    return decoded(read_piece(next(iter(pieces(found))), Wanted(now=NOW)))
