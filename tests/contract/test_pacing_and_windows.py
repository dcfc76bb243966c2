"""What our pacing lets through, Teams' windows let through: held against the sandbox's, which refuse as Teams does."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pacing import Pacing
from bot.ports import Message, TryLater
from sandbox.faults import Fault
from sandbox.windows import Windows
from tests.support.strict_teams import strict_teams
from tests.support.tenant_box import Dial

JITTER = 0.05
HELLO = Message(card={"type": "AdaptiveCard", "version": "1.5", "body": []}, summary="Hello")


def refusals(jitter: Sequence[float], conversations: int) -> int:
    """How many calls are refused that leave as the pacing says and arrive a little later, in any order of arrival."""
    clock, began = Dial(), Dial()()
    pacing = Pacing(lambda: (clock() - began).total_seconds())
    arrivals: list[tuple[float, str]] = []
    for number, late in enumerate(jitter):
        place = f"a:{number % conversations}"
        while (wait := max(pacing.wait_of(place), pacing.wait_in_all())) > 0:
            clock.turn(seconds=wait + 1e-6)
        pacing.sent(place)
        arrivals.append(((clock() - began).total_seconds() + late, place))
    clock.now = began
    windows, refused = Windows(clock), 0
    for at, place in sorted(arrivals):
        clock.turn(seconds=at - (clock() - began).total_seconds())
        refused += windows.take(place) is not None
    return refused


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, JITTER * 0.99), min_size=60, max_size=250), st.sampled_from((1, 3, 40, 250)))
def test_nothing_is_refused_however_late_within_the_margin_calls_arrive(
    jitter: list[float], conversations: int
) -> None:
    assert refusals(jitter, conversations) == 0


async def test_an_impatient_sender_is_refused_and_the_others_arrive_once() -> None:
    clock = Dial()
    async with strict_teams(chats=80, clock=clock) as scene:
        sent = [scene.receiver.post(place, HELLO) for place in scene.places]
        answers = await asyncio.gather(*sent, return_exceptions=True)
        refused = [each for each in answers if isinstance(each, TryLater)]
        assert len(refused) == scene.teams.throttled == 30
        assert {(each.after, each.uncertain) for each in refused} == {(1.0, False)}
        assert len(scene.teams.messages) == 50


async def test_calls_that_meet_a_fault_are_told_apart_by_whether_they_may_have_arrived() -> None:
    async with strict_teams(chats=100, limits=False) as scene:
        scene.faults.add(Fault(area="door", kind="status", status=429, retry_after=0, rate=0.2, times=0))
        scene.faults.add(Fault(area="door", kind="drop_after", rate=0.2, times=0))
        sent = [scene.receiver.post(place, HELLO) for place in scene.places]
        answers = await asyncio.gather(*sent, return_exceptions=True)
        certain = [each for each in answers if isinstance(each, TryLater) and not each.uncertain]
        assert 5 < len(certain) < 45
        assert len(scene.teams.messages) == 100 - len(certain)


async def test_a_connector_that_is_gone_has_taken_nothing() -> None:
    async with strict_teams(chats=1) as scene:
        await scene.door.close()
        with pytest.raises(TryLater, match="cannot be reached") as caught:
            await scene.receiver.post(scene.places[0], HELLO)
        assert not caught.value.uncertain
        await scene.door.open()
        await scene.receiver.post(scene.places[0], HELLO)
        assert len(scene.teams.messages) == 1
