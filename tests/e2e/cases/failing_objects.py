"""Forty users fail alike; then the cause is repaired."""

from tests.support.cases import Case
from tests.support.whole import Whole


async def play(whole: Whole) -> None:
    whole.tenant.beat("fail", job="Plotter", code="MandatoryFieldsMissing", count=40)
    await whole.look(seconds=60)


async def heal(whole: Whole) -> None:
    whole.tenant.beat("recover", job="Plotter")
    await whole.look(seconds=120)


CASE = Case(rule="failing_objects", play=play, says=("MandatoryFieldsMissing", "40 users", "High"), heal=heal)
