"""Counts by the hour: exact, whatever is repeated; and forgotten in time."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.store import Store
from bot.hashing import WIDTH
from bot.hours import tally, unite, usual
from bot.model import Hour, ProvisioningEvent
from tests.support.make import NOON, event, job

DAY = timedelta(days=1)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = await Store.open(database_url)
    yield opened
    await opened.close()


async def add(store: Store, *events: ProvisioningEvent) -> None:
    async with store.begin() as tx:
        await tx.hours.add(tally(events))


async def failed(store: Store) -> int:
    async with store.look() as tx:
        rows = await tx.hours.last_day(NOON)
    return sum(row.count for rows in rows.values() for row in rows)


async def test_a_row_that_is_read_twice_counts_once(store: Store) -> None:
    await add(store, event(1), event(2), event(1))
    await add(store, event(2), event(3))
    assert await failed(store) == 3


async def test_failures_are_told_apart_by_cause_and_successes_are_not_read(store: Store) -> None:
    await add(store, event(1), event(2, error_code="Timeout", reason=""), event(3, ok=True, action="update"))
    async with store.look() as tx:
        (rows,) = (await tx.hours.last_day(NOON)).values()
    assert sorted(row.count for row in rows) == [1, 1]
    assert len({row.cause for row in rows}) == 2


async def test_an_hour_whose_ids_are_forgotten_keeps_its_count(store: Store) -> None:
    await add(store, event(1), event(2))
    async with store.begin() as tx:
        await tx.hours.prune(NOON + timedelta(hours=50), timedelta(days=90))
    await add(store, event(2), event(3))
    assert await failed(store) == 2


async def test_old_hours_go(store: Store) -> None:
    await add(store, event(1))
    async with store.begin() as tx:
        await tx.hours.prune(NOON + 91 * DAY, timedelta(days=90))
    assert await failed(store) == 0


async def test_what_is_usual_is_learned_from_the_days_before_the_last(store: Store) -> None:
    rows = [event(n * 10 + m, minute=-1440 * n) for n in range(5) for m in range(n)]
    await add(store, *rows)
    async with store.begin() as tx:
        await tx.reading.save_jobs([job()])
        await tx.hours.learn(NOON)
        found = (await tx.hours.usuals([job().id]))[job().id]
    assert found.days == 4
    assert [counts[:5] for _, counts in found.failed] == [(1, 2, 3, 4, 0)]


def test_an_hour_of_the_last_day_is_no_earlier_day() -> None:
    hours = [Hour(job_id="j", hour=NOON, action="delete", status="success", count=7)]
    assert usual("j", hours, NOON, NOON).removed == (0,) * 27


batches = st.lists(st.lists(st.integers(0, 30), max_size=12), max_size=6)


@given(batches)
def test_order_repetition_and_cuts_change_no_count(numbers: list[list[int]]) -> None:
    def counts(batches: list[list[int]]) -> dict[object, int]:
        kept: dict[object, bytes] = {}
        for batch in batches:
            for slot, ids in tally(event(n, minute=n * 7, ok=n % 2 == 0) for n in batch).items():
                kept[slot] = unite(kept.get(slot, b""), ids)
        return {slot: len(ids) // WIDTH for slot, ids in kept.items()}

    whole = [n for batch in numbers for n in batch]
    assert counts(numbers) == counts([sorted(whole)]) == counts([[n] for n in reversed(whole)])
