"""Cycles go on, but for hours no row of them comes; then rows come again."""

from tests.support.cases import Case
from tests.support.whole import Whole


async def play(whole: Whole) -> None:
    whole.tenant.beat("logs_late", hours=12)
    for _ in range(6):
        await whole.look(seconds=1800)


async def heal(whole: Whole) -> None:
    whole.tenant.beat("logs_late", hours=0)
    for _ in range(6):
        await whole.look(seconds=1800)


CASE = Case(rule="logs_late", play=play, says=("is late", "Newest row"), heal=heal)
