"""Two groups come over without some of their members; later they come over whole."""

from tests.support.cases import Case
from tests.support.whole import Whole


async def play(whole: Whole) -> None:
    whole.tenant.beat("lost_members", count=2)
    await whole.look(seconds=60)


async def heal(whole: Whole) -> None:
    job = whole.tenant.job("AAD2ADGroupProvisioning")
    whole.tenant.beat("references_found", objects=[subject.id for subject in job.pool])
    await whole.look(seconds=60)


CASE = Case(rule="hidden_losses", play=play, says=("references are lost", "2 groups"), heal=heal)
