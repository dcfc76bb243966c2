"""Who speaks to a conversation, while the file of ROUTES names other webhooks from one moment to the next."""

from __future__ import annotations

import pytest

from bot.ports import TryLater, Undeliverable
from bot.receivers import Receivers
from tests.support.fakes import MemoryMessenger
from tests.support.hooks import DESK
from tests.support.tenant_box import Dial


@pytest.fixture
def clock() -> Dial:
    return Dial()


@pytest.fixture
def found(clock: Dial) -> Receivers:
    return Receivers(MemoryMessenger(), now=clock)


def test_a_webhook_that_is_named_no_more_is_waited_for_some_minutes_and_then_given_up(
    found: Receivers, clock: Dial
) -> None:
    for _ in range(5):
        with pytest.raises(TryLater, match="has no webhook"):
            found(DESK)
        clock.turn(minutes=1)
    with pytest.raises(Undeliverable, match="no webhook '' any more"):
        found(DESK)


def test_what_is_new_for_such_a_webhook_a_day_later_waits_too(found: Receivers, clock: Dial) -> None:
    for _ in range(2):
        with pytest.raises(TryLater):
            found(DESK)
        clock.turn(minutes=10)
        with pytest.raises(Undeliverable):
            found(DESK)
        clock.turn(hours=24)


def test_the_wait_begins_anew_where_the_webhook_was_named_meanwhile(found: Receivers, clock: Dial) -> None:
    with pytest.raises(TryLater):
        found(DESK)
    desk = MemoryMessenger()
    found.take({DESK.id: desk})
    assert found(DESK) is desk
    clock.turn(minutes=60)
    found.take({})
    with pytest.raises(TryLater):
        found(DESK)
