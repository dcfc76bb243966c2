"""How it is told when something was held back, and when it is tried next."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.model import DeliveryKind
from bot.model.held import Held, Why
from bot.model.telling import Ended, Telling
from bot.who_was_told import Told
from cards.sample import IN_QUARANTINE
from cards.who_was_told import who_was_told
from cards.words import coming
from tests.support.make import NOON
from tests.support.talk import texts


def test_what_was_held_back_stands_among_the_rest_in_the_order_of_time() -> None:
    telling = Telling(id=1, incident=1, conversation_id="c", at=NOON, what=DeliveryKind.CARD, ended=Ended.DELIVERED)
    at = [NOON + timedelta(minutes=each) for each in range(3)]
    tellings = tuple(replace(telling, id=n, at=each) for n, each in enumerate((at[0], at[2])))
    held = Held(conversation_id="c", incident=1, since=at[1], why=Why.STORM)
    told = Told(where="General", because="x", closed="", shows=1, tellings=tellings, pending=(), held=held)
    made = who_was_told(IN_QUARANTINE, [told], NOON + timedelta(hours=1), every=1)
    said = " ".join(texts(made))
    assert said.index("12:00 UTC: The card") < said.index("Held back at 12:01 UTC") < said.index("12:02 UTC: The card")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "in 1 s, at 12:00:00 UTC"), (59, "in 59 s, at 12:00:59 UTC"), (250, "in 4 min, at 12:04 UTC")],
)
def test_a_next_try_that_is_near_is_told_in_seconds(seconds: float, said: str) -> None:
    assert coming(NOON + timedelta(seconds=seconds), NOON) == said
