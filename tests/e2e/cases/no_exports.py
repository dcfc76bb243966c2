"""A job writes nothing for a month; then changes come again."""

from tests.support.cases import Case
from tests.support.whole import Whole


async def play(whole: Whole) -> None:
    whole.tenant.beat("idle", job="Plotter", days=31)
    await whole.look(seconds=60)


async def heal(whole: Whole) -> None:
    whole.tenant.beat("busy", job="Plotter")
    await whole.look(seconds=60)


CASE = Case(rule="no_exports", play=play, says=("Plotter has written nothing for 30 days", "Low"), heal=heal)
