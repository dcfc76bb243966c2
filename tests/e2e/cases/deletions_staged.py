"""Five hundred users leave the source at once; somebody lets the deletions through."""

from tests.support.cases import Case
from tests.support.whole import Whole


async def play(whole: Whole) -> None:
    whole.tenant.beat("too_many_deletes", count=500)
    await whole.look(seconds=60)


async def heal(whole: Whole) -> None:
    whole.tenant.beat("recover", job="AD2AADProvisioning")
    for _ in range(4):
        await whole.look(seconds=150)


CASE = Case(rule="deletions_staged", play=play, says=("holds back very many deletions", "500"), heal=heal)
