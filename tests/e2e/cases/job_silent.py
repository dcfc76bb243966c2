"""A job stays active and runs no cycle for a day; the initial cycle of another takes as long, and gets on."""

from tests.support.cases import Case
from tests.support.whole import Whole, little_to_do


async def play(whole: Whole) -> None:
    for _ in range(8):
        await whole.look(seconds=2_400)
    whole.tenant.beat("stalls", job="Salesforge", hours=24)
    whole.tenant.beat("long_initial_cycle", job="Ledgerline", hours=18)
    for _ in range(7):
        await whole.look(seconds=2_400)


async def heal(whole: Whole) -> None:
    for _ in range(20):
        await whole.look(seconds=3_600)
        assert [each.alert.job_name for each in await whole.incidents()] in (["Salesforge"], [])


CASE = Case(
    rule="job_silent",
    before=little_to_do,
    play=play,
    says=("Salesforge has gone silent", "Usually runs", "every 40 min", "High"),
    heal=heal,
)
