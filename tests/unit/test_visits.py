"""SQLite's thread is visited once a statement, and gives all the same what aiosqlite gives."""

import sqlite3
from pathlib import Path

import pytest

from bot.adapters.store.visits import FEW, connected

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n"


@pytest.mark.parametrize("rows", [1, FEW - 1, FEW, FEW + 1, 3 * FEW])
async def test_all_rows_come_however_many_there_are(tmp_path: Path, rows: int) -> None:
    connection = await connected(str(tmp_path / "a.db"))
    async with connection.cursor() as cursor:
        await cursor.execute(NUMBERS, (rows,))
        assert [number for (number,) in await cursor.fetchall()] == list(range(1, rows + 1))
        assert list(await cursor.fetchall()) == []
    await connection.close()


async def test_rows_come_in_parts_where_they_are_asked_for_so(tmp_path: Path) -> None:
    connection = await connected(str(tmp_path / "a.db"))
    found: list[int] = []
    async with connection.cursor() as cursor:
        await cursor.execute(NUMBERS, (2 * FEW + 5,))
        assert await cursor.fetchone() == (1,)
        while some := list(await cursor.fetchmany(300)):
            assert len(some) <= 300
            found += [number for (number,) in some]
    assert found == list(range(2, 2 * FEW + 6))
    await connection.close()


async def test_what_gives_no_rows_and_what_is_refused(tmp_path: Path) -> None:
    connection = await connected(str(tmp_path / "a.db"))
    async with connection.cursor() as cursor:
        await cursor.execute("CREATE TABLE t (a INTEGER PRIMARY KEY)")
        assert list(await cursor.fetchall()) == []
        await cursor.execute("INSERT INTO t VALUES (1) RETURNING a")
        assert list(await cursor.fetchall()) == [(1,)]
        with pytest.raises(sqlite3.IntegrityError):
            await cursor.execute("INSERT INTO t VALUES (1)")
    await connection.close()
