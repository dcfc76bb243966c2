"""Deliveries of an alert may come in any order and any number of times: what they add up to is the same."""

from datetime import timedelta
from functools import reduce
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bot.azure_alerts import merged
from bot.model import AzureAlert
from tests.support.make import NOON


def heard(minute: int, fired: bool) -> AzureAlert:
    at = NOON + timedelta(minutes=minute)
    resolved = None if fired else at
    return AzureAlert(
        id="a",
        series="s",
        rule=f"as of {minute}",
        began=at,
        heard_at=NOON,
        fired_at=at if fired else None,
        resolved_at=resolved,
    )


deliveries = st.builds(heard, st.integers(0, 5), st.booleans())


def told(found: list[AzureAlert]) -> tuple[object, ...]:
    last = reduce(merged, found[1:], found[0])
    named = last.rule if last.fired_at is not None else ""
    return last.fired_at, last.resolved_at, last.began, last.open, named


@given(st.lists(deliveries, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(found: list[AzureAlert], chance: Random) -> None:
    shuffled = [*found, *found[: len(found) // 2]]
    chance.shuffle(shuffled)
    assert told(shuffled) == told(found)


@given(st.lists(deliveries, min_size=1, max_size=8))
def test_it_is_open_exactly_while_the_newest_firing_was_not_resolved(found: list[AzureAlert]) -> None:
    fired = [each.fired_at for each in found if each.fired_at]
    ended = [each.resolved_at for each in found if each.resolved_at]
    assert told(found)[3] == (bool(fired) and (not ended or max(fired) > max(ended)))
