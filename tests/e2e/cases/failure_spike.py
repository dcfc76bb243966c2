"""A few failures come and go every day; one day there are forty, and then it is quiet again."""

from tests.support.cases import Case
from tests.support.whole import Whole, little_to_do

DAY = 86_400


async def play(whole: Whole) -> None:
    for _ in range(4):
        whole.tenant.beat("comes_and_goes", count=3)
        await whole.look(seconds=DAY)
    whole.tenant.beat("comes_and_goes", count=40)
    await whole.look(seconds=60)


async def heal(whole: Whole) -> None:
    await whole.look(seconds=DAY + 3600)
    await whole.look(seconds=60)


CASE = Case(
    rule="failure_spike",
    before=little_to_do,
    play=play,
    says=("more failures than usual", "Failures in 24 h", "40"),
    heal=heal,
)
