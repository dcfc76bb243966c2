"""A credential expires, and for 26 days nobody acts; then it is renewed."""

from tests.support.cases import Case
from tests.support.whole import Whole


async def play(whole: Whole) -> None:
    whole.tenant.beat("credential_expires", job="Workday")
    await whole.look(seconds=60)
    for _ in range(26):
        await whole.look(seconds=86_400)


async def heal(whole: Whole) -> None:
    whole.tenant.beat("recover", job="Workday")
    for _ in range(4):
        await whole.look(seconds=120)


CASE = Case(
    rule="quarantine",
    play=play,
    says=("is in quarantine", "27 of 28", "Within 3 days", "switches itself off", "Slows down"),
    heal=heal,
)
