"""A job stays active and runs no cycle for a day."""

from tests.support.cases import Case
from tests.support.whole import Whole


async def play(whole: Whole) -> None:
    for _ in range(8):
        await whole.look(seconds=2_400)
    whole.tenant.beat("stalls", job="Salesforge", hours=24)
    for _ in range(7):
        await whole.look(seconds=2_400)


async def heal(whole: Whole) -> None:
    for _ in range(20):
        await whole.look(seconds=3_600)


CASE = Case(
    rule="job_silent", play=play, says=("Salesforge has gone silent", "Usually runs", "every 40 min", "High"), heal=heal
)
