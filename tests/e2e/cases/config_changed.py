"""Somebody changes the attribute mappings of a job; cycles succeed with them."""

from tests.support.cases import Case
from tests.support.whole import Whole


async def play(whole: Whole) -> None:
    whole.tenant.beat("mapping_changed", job="Plotter")
    await whole.pass_by(minutes=15)


async def heal(whole: Whole) -> None:
    await whole.pass_by(minutes=100)


CASE = Case(rule="config_changed", play=play, says=("changed the attribute mappings", "Plotter"), heal=heal)
