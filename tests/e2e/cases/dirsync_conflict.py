"""Two people want addresses that others have, until somebody takes them away."""

from tests.support.cases import Case
from tests.support.whole import Whole


async def play(whole: Whole) -> None:
    whole.tenant.beat("sync_conflict", number=2)
    await whole.look(seconds=1801)


async def heal(whole: Whole) -> None:
    whole.tenant.beat("sync_repaired")
    await whole.look(seconds=1801)


CASE = Case(
    rule="dirsync_conflict",
    play=play,
    says=("Two objects want the same ProxyAddress", "wanted by", "held by", "SMTP:"),
    heal=heal,
)
