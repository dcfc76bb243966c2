"""Batches put together: fewer, with every row and the last cursor."""

from collections.abc import AsyncIterator, Sequence

import pytest

from bot.gathering import together
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
