"""The archive: Graph's rows kept once in a file, one person found in it, the old let go; and it never stops the watch."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.adapters.archive import Archive
from bot.ports import Refusal
from tests.support.log_rows import NOON, event
from tests.support.make import Hand

SPAN = (NOON - timedelta(days=400), NOON + timedelta(days=400))


def raws(*entries: dict[str, Any]) -> dict[str, msgspec.Raw]:
    return {entry["id"]: msgspec.Raw(msgspec.json.encode(entry)) for entry in entries}


@pytest.fixture
def clock() -> Hand:
    return Hand(NOON)


@pytest.fixture
async def archive(tmp_path: Path, clock: Hand) -> AsyncIterator[Archive]:
    archive = Archive(tmp_path / "archive.duckdb", days=7, now=clock)
    yield archive
    await archive.close()


async def ids(archive: Archive, kql: str = "", about: tuple[str, ...] = ()) -> list[str]:
    rows = await archive.query(f"AADProvisioningLogs {kql} | project Id", timespan=SPAN, about=about)
    return sorted(str(row["Id"]) for row in rows)


async def test_a_row_that_is_read_again_is_kept_once_also_by_the_next_process(archive: Archive, tmp_path: Path) -> None:
    await archive.keep(raws(event(1), event(2)))
    await archive.keep(raws(event(2), event(3)))
    assert await ids(archive) == ["row-1", "row-2", "row-3"]
    await archive.close()
    again = Archive(tmp_path / "archive.duckdb", days=7, now=Hand(NOON))
    await again.keep(raws(event(3), event(4)))
    assert await ids(again) == ["row-1", "row-2", "row-3", "row-4"]
    await again.close()


async def test_what_is_asked_about_somebody_is_answered_as_without_the_hint(archive: Archive) -> None:
    await archive.keep(raws(*(event(number, at=NOON + timedelta(seconds=number)) for number in range(1, 30))))
    kql = '| where SourceIdentity contains "USER-7"'
    assert await ids(archive, kql, about=("USER-7",)) == await ids(archive, kql) == ["row-7"]
    assert await ids(archive, kql, about=("user-8",)) == []


async def test_rows_are_let_go_after_their_days(archive: Archive, clock: Hand) -> None:
    await archive.keep(raws(event(1)))
    clock.forward(days=6)
    await archive.keep(raws(event(2, at=clock())))
    assert len(await ids(archive)) == 2
    clock.forward(days=2)
    await archive.keep({})
    assert await ids(archive) == ["row-2"]
    assert await ids(archive, about=("user-1",)) == []


async def test_broken_rows_are_left_out_and_the_rest_is_kept(archive: Archive) -> None:
    rows = raws(event(1), event(2) | {"activityDateTime": "soon"}, event(3) | {"sourceIdentity": 5})
    await archive.keep({**rows, "?": msgspec.Raw(b'["no object"]'), "??": msgspec.Raw(b"{")})
    assert await ids(archive) == ["row-1", "row-3"]


async def test_that_it_cannot_be_written_is_remembered_and_stops_nothing(tmp_path: Path) -> None:
    path = tmp_path / "archive.duckdb"
    path.write_text("something else entirely, and long enough to be looked at" * 200)
    archive = Archive(path, days=7, now=Hand(NOON))
    await archive.keep(raws(event(1)))
    assert "cannot be opened" in archive.problem
    await archive.close()


async def test_a_query_that_is_wrong_is_refused(archive: Archive) -> None:
    with pytest.raises(Refusal):
        await archive.query("AADProvisioningLogs | where Nothing == 1", timespan=SPAN)
