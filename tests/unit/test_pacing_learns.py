"""A Teams whose windows are narrower than documented refuses a few times, and then no more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.narrowing import RECOVERS, Share
from bot.pacing import Pacing
from sandbox.windows import SEND, Limits, Windows
from tests.support.tenant_box import Dial

WIDE: Limits = ((1, 1_000),)


class Line:
    """So many conversations, in each of which there is always something more to send."""

    def __init__(self, conversations: int, *, each: Limits = SEND, in_all: Limits = WIDE) -> None:
        self.clock = Dial()
        began = self.clock()
        self.elapsed: Callable[[], float] = lambda: (self.clock() - began).total_seconds()
        self.pacing = Pacing(self.elapsed)
        self.windows = Windows(self.clock, each=each, in_all=in_all)
        self.places = [f"a:{number}" for number in range(conversations)]
        self.refused: list[float] = []
        self.sent = 0

    def run(self, seconds: float) -> None:
        end = self.elapsed() + seconds
        while self.elapsed() < end:
            ready = [each for each in self.places if not self.pacing.wait_of(each)]
            for place in ready:
                if self.pacing.wait_in_all():
                    break
                self._call(place)
            self.clock.turn(seconds=0.01)

    def _call(self, place: str) -> None:
        self.pacing.sent(place)
        if (after := self.windows.take(place)) is None:
            self.sent += 1
            return
        self.refused.append(self.elapsed())
        self.pacing.refused(place, after)
        self.pacing.throttled(place)


@pytest.mark.parametrize("each", [((1, 3),), ((30, 30),), ((1, 7), (2, 8), (30, 40))])
def test_a_conversation_that_takes_less_is_soon_sent_less(each: Limits) -> None:
    line = Line(1, each=each)
    line.run(300)
    assert 1 <= len(line.refused) <= 6
    assert max(line.refused) < 150
    assert line.sent > 150


def test_a_lower_limit_of_all_is_learnt_and_no_conversation_pays_for_it() -> None:
    line = Line(100, in_all=((1, 30),))
    line.run(60)
    assert 3 <= len(line.refused) <= 60
    assert max(line.refused) < 10
    assert line.sent > 60 * 18


def test_what_is_refused_by_chance_slows_down_nobody_else() -> None:
    line = Line(100)
    for number, place in enumerate(line.places):
        line.pacing.sent(place)
        if number % 20 == 0:
            line.pacing.throttled(place)
        line.clock.turn(seconds=0.025)
    line.clock.turn(seconds=1.1)
    began = line.elapsed()
    for number in range(50):
        while line.pacing.wait_in_all():
            line.clock.turn(seconds=0.001)
        line.pacing.sent(f"b:{number}")
    assert line.elapsed() - began < 0.6


def test_a_window_recovers_within_an_hour() -> None:
    share = Share()
    share.narrow(0.0, 1.0)
    assert [round(share.at(RECOVERS * part), 2) for part in (0.0, 0.5, 1.0, 2.0)] == [0.8, 0.9, 1.0, 1.0]
