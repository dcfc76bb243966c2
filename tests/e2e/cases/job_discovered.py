"""A day after the bot came, a job is added; a day later that is no news any more."""

from tests.support.cases import Case
from tests.support.whole import Whole, little_to_do


async def play(whole: Whole) -> None:
    await whole.look(seconds=25 * 3_600)
    whole.tenant.beat("job_added", beside="Slackline")
    await whole.look(seconds=660)


async def heal(whole: Whole) -> None:
    await whole.look(seconds=24 * 3_600)


CASE = Case(
    rule="job_discovered",
    before=little_to_do,
    play=play,
    says=("is a new job", "Template", "AddedSlackline", "Low"),
    heal=heal,
)
