"""How late rows come is measured only where it can be."""

from datetime import timedelta

from bot.delay import Delay
from tests.support.make import NOON, event


def test_new_rows_of_a_source_that_was_read_to_its_end_are_measured_and_others_are_not() -> None:
    delay = Delay()
    assert delay.measured("graph", [event(1)], NOON + timedelta(hours=5)) is None
    assert delay.measured("graph", [event(2, minute=1)], NOON + timedelta(hours=5)) is None
    delay.read_whole("graph")
    rows = [event(1), event(3, minute=10), event(4, minute=11)]
    assert delay.measured("graph", rows, NOON + timedelta(minutes=15)) == 270.0
    assert delay.measured("graph", rows, NOON + timedelta(minutes=16)) is None
    assert delay.measured("graph", [], NOON) is None
