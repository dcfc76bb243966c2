"""Connect Sync has stood still for five hours, and runs again."""

from tests.support.cases import Case
from tests.support.whole import Whole


async def play(whole: Whole) -> None:
    whole.tenant.beat("sync_stopped", hours=5)
    await whole.look(seconds=301)


async def heal(whole: Whole) -> None:
    whole.tenant.beat("sync_resumed")
    await whole.look(seconds=301)


CASE = Case(
    rule="dirsync_stale",
    play=play,
    says=("not been synchronized for hours", "Joiners, leavers", "Last sync"),
    heal=heal,
)
