"""Somebody deletes a job, and restores it an hour later."""

from tests.support.cases import Case
from tests.support.whole import Whole


async def play(whole: Whole) -> None:
    whole.tenant.beat("job_deleted", job="Slackline")
    for _ in range(5):
        await whole.look(seconds=660)


async def heal(whole: Whole) -> None:
    whole.tenant.beat("job_restored")
    for _ in range(3):
        await whole.look(seconds=660)


CASE = Case(rule="job_missing", play=play, says=("Slackline is gone", "Deleted by", "High"), heal=heal)
