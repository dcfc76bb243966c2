"""A filter was changed, so that a job disables very many accounts at once; a day later it is over."""

from tests.support.cases import Case
from tests.support.whole import Whole


async def play(whole: Whole) -> None:
    whole.tenant.beat("mass_change", count=150)
    await whole.look(seconds=60)


async def heal(whole: Whole) -> None:
    await whole.look(seconds=86_400 + 3600)


CASE = Case(rule="mass_change", play=play, says=("deleted or disabled", "Disables in 24 h", "150"), heal=heal)
