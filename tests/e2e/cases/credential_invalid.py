"""A saved credential is revoked between two cycles, and put right again."""

from tests.support.cases import Case
from tests.support.whole import Whole


async def before(whole: Whole) -> None:
    for _ in range(20):
        await whole.look(seconds=60)


async def play(whole: Whole) -> None:
    whole.tenant.job("Slackline").next_at = None  # its next cycle is far away
    whole.tenant.beat("credential_revoked", job="Slackline")
    await whole.pass_by(minutes=90)


async def heal(whole: Whole) -> None:
    whole.tenant.beat("credential_restored", job="Slackline")
    await whole.pass_by(minutes=90)


CASE = Case(rule="credential_invalid", before=before, play=play, says=("Slackline", "are refused"), heal=heal)
