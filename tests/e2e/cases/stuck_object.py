"""One user fails for a day and a half, try after try, and is repaired then."""

from tests.support.cases import Case
from tests.support.whole import Whole, little_to_do


async def play(whole: Whole) -> None:
    whole.tenant.beat("fail", job="Slackline", code="SlacklineEntryConflict", count=1)
    for _ in range(9):
        await whole.look(seconds=4 * 3600)


async def heal(whole: Whole) -> None:
    whole.tenant.beat("recover", job="Slackline")
    await whole.look(seconds=120)


CASE = Case(
    rule="stuck_object", before=little_to_do, play=play, says=("is stuck", "cycle after cycle", "Tries"), heal=heal
)
