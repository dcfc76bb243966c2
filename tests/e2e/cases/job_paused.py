"""Somebody stops a job in the portal, and starts it later."""

from tests.support.cases import Case
from tests.support.whole import Whole, words


async def play(whole: Whole) -> None:
    whole.tenant.beat("stopped_in_portal", job="Slackline")
    await whole.look(seconds=60)
    await whole.look(seconds=120)
    stopped_by = whole.tenant.admins[2]["displayName"]
    assert stopped_by in words(whole.card("Slackline is paused"))


async def heal(whole: Whole) -> None:
    whole.tenant.beat("started_in_portal", job="Slackline")
    await whole.look(seconds=60)


CASE = Case(rule="job_paused", play=play, says=("Slackline is paused", "Paused by"), heal=heal)
