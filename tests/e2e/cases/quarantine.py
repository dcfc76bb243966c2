"""A credential expires, and for 28 days nobody acts, until Entra switches the job off; then it is renewed and started."""

from tests.support.cases import Case
from tests.support.whole import Whole, little_to_do, words


async def play(whole: Whole) -> None:
    whole.tenant.beat("credential_expires", job="Workday")
    await whole.look(seconds=60)
    for _ in range(26):
        await whole.look(seconds=86_400)
    counting = words(whole.card("Workday to Entra ID is in quarantine"))
    for said in ("Within 3 days", "switches itself off", "Slows down", "day 28"):
        assert said in counting
    for _ in range(3):
        await whole.look(seconds=86_400)


async def heal(whole: Whole) -> None:
    whole.tenant.beat("credential_renewed", job="Workday")
    whole.tenant.beat("started_in_portal", job="Workday")
    for _ in range(4):
        await whole.look(seconds=1_200)


CASE = Case(
    rule="quarantine",
    before=little_to_do,
    play=play,
    says=("was switched off after 28 days of quarantine", "start the job again", "Critical"),
    heal=heal,
)
