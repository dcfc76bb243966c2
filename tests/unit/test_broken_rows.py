"""What is kept of rows that were not as they should be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from bot.adapters.store import Store
from bot.model import BrokenRow, BrokenRows, Wrong
from tests.support.make import NOON


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    yield opened
    await opened.close()


async def test_broken_rows_are_counted_by_source_and_reason_with_the_fields_of_the_last_one(store: Store) -> None:
    odd = BrokenRow(id="a", why=Wrong.TYPE, fields=("jobId",), used=True)
    old = BrokenRow(id="b", why=Wrong.TIME, fields=("activityDateTime",))
    async with store.begin() as tx:
        await tx.broken.add("graph", (odd, old), NOON)
        await tx.broken.add("graph", (msgspec.structs.replace(odd, id="c", fields=("id", "cycleId")),), NOON)
        await tx.broken.add("log_analytics", (old,), NOON)
    async with store.look() as tx:
        assert await tx.broken.all() == (
            BrokenRows(source="graph", why=Wrong.TYPE, count=2, last_at=NOON, fields=("id", "cycleId")),
            BrokenRows(source="graph", why=Wrong.TIME, count=1, unused=1, last_at=NOON, fields=("activityDateTime",)),
            BrokenRows(
                source="log_analytics", why=Wrong.TIME, count=1, unused=1, last_at=NOON, fields=("activityDateTime",)
            ),
        )
