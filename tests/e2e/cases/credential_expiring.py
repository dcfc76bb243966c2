"""A secret that a job needs ends in twelve days, and is renewed."""

from tests.support.cases import Case
from tests.support.whole import Whole


async def play(whole: Whole) -> None:
    whole.tenant.beat("secret_ends", job="Workday", days=12)
    await whole.look(seconds=3700)


async def heal(whole: Whole) -> None:
    whole.tenant.beat("secret_renewed", job="Workday")
    await whole.look(seconds=3700)


CASE = Case(rule="credential_expiring", play=play, says=("expires soon", "within 14 days"), heal=heal)
