"""More and more objects of a job fail, up to a little below the threshold; then they are repaired."""

from tests.support.cases import Case
from tests.support.whole import Whole


async def play(whole: Whole) -> None:
    for count in (1_500, 3_000, 4_400):
        whole.tenant.beat("escrows_grow", job="Plotter", count=count)
        await whole.look(seconds=600)


async def heal(whole: Whole) -> None:
    whole.tenant.beat("escrows_grow", job="Plotter", count=0)
    await whole.look(seconds=60)


CASE = Case(
    rule="quarantine_forecast",
    play=play,
    says=("is close to quarantine", "Quarantine at", "5,000 failures", "Expected", "4,400"),
    heal=heal,
)
