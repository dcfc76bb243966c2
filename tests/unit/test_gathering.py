"""Batches put together: fewer, with every row and the last cursor."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

import pytest

from bot.gathering import ahead, together
from bot.model import BrokenRow, Wrong
from bot.ports import Batch, SourceDown
from tests.support.make import event


async def pages(*sizes: int, down: bool = False) -> AsyncIterator[Batch]:
    number = 0
    for page, size in enumerate(sizes, 1):
        rows = tuple(event(number + n) for n in range(size))
        number += size
        yield Batch(events=rows, cursor=f"page {page}", broken=(BrokenRow(id=str(page), why=Wrong.MISSING),))
    if down:
        raise SourceDown("The log does not answer.")


def told(batches: Sequence[Batch]) -> list[tuple[int, str, int]]:
    return [(len(batch.events), batch.cursor, len(batch.broken)) for batch in batches]


async def test_pages_are_put_together_until_there_are_enough_rows() -> None:
    found = [batch async for batch in together(pages(3, 3, 3, 1, 2), enough=5)]
    assert told(found) == [(6, "page 2", 2), (6, "page 5", 3)]
    assert [row.id for batch in found for row in batch.events] == [f"row-{n}" for n in range(12)]


async def test_an_empty_page_still_moves_the_cursor() -> None:
    assert told([batch async for batch in together(pages(0))]) == [(0, "page 1", 1)]


async def test_what_a_source_showed_before_it_failed_is_kept_and_the_failure_is_told() -> None:
    found = together(pages(2, 2, down=True))
    assert told([await anext(found)]) == [(4, "page 2", 2)]
    with pytest.raises(SourceDown, match="does not answer"):
        await anext(found)


async def test_the_next_batch_is_read_while_the_last_is_dealt_with() -> None:
    read, asked = list[str](), asyncio.Event()

    async def source() -> AsyncIterator[Batch]:
        async for batch in pages(1, 1, 1):
            read.append(batch.cursor)
            asked.set()
            yield batch

    async with aclosing(ahead(source())) as batches:
        first = await anext(batches)
        asked.clear()
        await asked.wait()
        assert (first.cursor, read) == ("page 1", ["page 1", "page 2"])
        assert [batch.cursor async for batch in batches] == ["page 2", "page 3"]


async def test_a_failure_further_on_is_told_after_what_was_read_before_it() -> None:
    found = ahead(pages(2, 2, down=True))
    assert [(await anext(found)).cursor, (await anext(found)).cursor] == ["page 1", "page 2"]
    with pytest.raises(SourceDown, match="does not answer"):
        await anext(found)


async def test_who_stops_in_the_middle_is_not_told_of_what_fails_further_on() -> None:
    async with aclosing(ahead(pages(2, down=True))) as batches:
        assert (await anext(batches)).cursor == "page 1"
