"""A group in the scope of two jobs is deleted, and restored."""

from tests.support.cases import Case
from tests.support.whole import Whole


async def every_job_is_looked_at(whole: Whole) -> None:
    whole.clock.turn(hours=1)
    for _ in whole.tenant.jobs:
        await whole.look(seconds=30)


async def play(whole: Whole) -> None:
    whole.tenant.beat("group_deleted")
    await every_job_is_looked_at(whole)


async def heal(whole: Whole) -> None:
    whole.tenant.beat("groups_restored")
    await every_job_is_looked_at(whole)


CASE = Case(
    rule="group_scope",
    before=every_job_is_looked_at,
    play=play,
    says=("is gone", "Workday to Entra ID", "Plotter"),
    heal=heal,
)
