"""A job was configured and waits for its first start, a day and longer."""

from tests.support.cases import Case
from tests.support.whole import Whole


async def before(whole: Whole) -> None:
    whole.tenant.beat("never_started", job="Plotter")


async def play(whole: Whole) -> None:
    await whole.look(seconds=25 * 3_600)


async def heal(whole: Whole) -> None:
    whole.tenant.beat("started_in_portal", job="Plotter")
    await whole.look(seconds=60)


CASE = Case(rule="job_never_ran", before=before, play=play, says=("Plotter has never run", "Low"), heal=heal)
