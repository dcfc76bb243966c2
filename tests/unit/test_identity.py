"""Each new database has a mark of its own, on every kind of database; what is older has none, and a copy has its original's."""

import asyncio
import re
from collections.abc import Callable
from functools import partial

import pytest

from bot.adapters.store import Fenced, Store
from bot.adapters.store.migrate import upgrade
from bot.migrating import migrate
from tests.unit.test_migrations import on


async def mark(url: str) -> str:
    """The mark that a bot finds which is started on this database."""
    store = await Store.open(url)
    try:
        return store.mark
    finally:
        await store.close()


async def test_a_new_database_has_a_mark_that_no_other_has_and_keeps_it(database_url: str, another_url: str) -> None:
    first = await mark(database_url)
    assert re.fullmatch("[0-9a-f]{8}", first)
    assert await mark(database_url) == first
    assert await mark(another_url) != first


async def test_replicas_that_make_a_database_at_once_have_one_mark(database_url: str) -> None:
    replicas = await asyncio.gather(*(Store.open(database_url, name=f"replica {n}") for n in range(3)))
    assert len({store.mark for store in replicas} | {Fenced(store).mark for store in replicas}) == 1
    assert replicas[0].mark
    for store in replicas:
        await store.close()


async def test_a_mark_that_is_there_stays_however_often_one_is_made(database_url: str) -> None:
    store = await Store.open(database_url)
    async with store.begin() as tx:
        await tx.identity.make()
        assert await tx.identity.mark() == store.mark
    await store.close()


async def test_a_database_of_before_there_were_marks_has_none_and_stays_without(database_url: str) -> None:
    await on(database_url, partial(upgrade, to="0011"))
    assert await mark(database_url) == ""
    assert await mark(database_url) == ""


@pytest.mark.parametrize("age", ["0011", "new"])
async def test_a_copy_has_the_mark_of_its_original_or_none(age: str, new_database: Callable[[], str]) -> None:
    old, new = new_database(), new_database()
    if age != "new":
        await on(old, partial(upgrade, to=age))
    theirs, own = await mark(old), await mark(new)
    assert own
    assert own != theirs
    await migrate(new, source=old)
    assert await mark(new) == theirs
    assert bool(theirs) is (age == "new")
