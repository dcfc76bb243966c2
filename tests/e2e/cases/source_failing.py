"""The workspace refuses the bot for a while."""

from sandbox.faults import Fault
from tests.support.cases import Case
from tests.support.whole import Whole


async def play(whole: Whole) -> None:
    whole.faults.add(Fault(area="logs", kind="status", status=403, times=0))
    for _ in range(8):
        await whole.look(seconds=61)


async def heal(whole: Whole) -> None:
    whole.faults.clear()
    await whole.pass_by(minutes=10)


CASE = Case(rule="source_failing", play=play, says=("provisioning log", "Log Analytics Reader"), heal=heal)
