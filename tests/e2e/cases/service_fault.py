"""Exchange does not take a person over, until the address is free."""

from tests.support.cases import Case
from tests.support.whole import Whole


async def play(whole: Whole) -> None:
    whole.tenant.beat("service_refused")
    await whole.look(seconds=43_201)


async def heal(whole: Whole) -> None:
    whole.tenant.beat("sync_repaired")
    await whole.look(seconds=43_201)


CASE = Case(
    rule="service_fault", play=play, says=("Exchange did not take over", "is used by another recipient"), heal=heal
)
