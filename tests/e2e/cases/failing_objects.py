"""Forty users fail alike, an administrator among them; then the cause is repaired."""

from tests.support.cases import Case
from tests.support.whole import Whole


async def play(whole: Whole) -> None:
    whole.tenant.beat("fail", job="Plotter", code="MandatoryFieldsMissing", count=39)
    whole.tenant.beat("administrator_fails", job="Plotter", code="MandatoryFieldsMissing")
    await whole.look(seconds=60)


async def heal(whole: Whole) -> None:
    whole.tenant.beat("recover", job="Plotter")
    await whole.look(seconds=120)


SAYS = ("a value that the app demands is empty", "MandatoryFieldsMissing", "40 users", "1 of them holds", "High")
CASE = Case(rule="failing_objects", play=play, says=SAYS, heal=heal)
