"""Microsoft's renderer draws every card with Teams' look, wide and narrow, light and dark, with and without badges."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cards import sample
from cards.elements import badge, card, text
from cards.incident import incident
from tests.support.card_samples import every_card
from tests.support.render import Easel, Theme, easel

CARDS = every_card()


@pytest.fixture(scope="module")
def board() -> Iterator[Easel]:
    with easel() as opened:
        yield opened


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 640])
def test_every_card_is_drawn_without_a_complaint_and_within_its_width(board: Easel, width: int, theme: Theme) -> None:
    for name, each in CARDS.items():
        drawn = board.draw(each, width=width, theme=theme)

        assert (drawn.events, drawn.wide) == ([], []), name
        assert drawn.text.strip(), name


def test_a_client_without_badges_and_charts_still_says_it_all(board: Easel) -> None:
    card = incident(sample.IN_QUARANTINE, sample.PASSWORD_ADVICE, sample.NOW)
    plain = board.draw(card, width=320, modern=False).text

    for said in ("High", "#42 · nobody has it yet", "Do this", "18 Dec", "Acknowledge"):
        assert said in plain
    assert "40 InvalidDomain" in board.draw(CARDS["errors"], width=320, modern=False).text


def test_times_are_drawn_in_the_readers_own_zone_with_utc_beside_them(board: Easel) -> None:
    drawn = board.draw(incident(sample.IN_QUARANTINE, sample.PASSWORD_ADVICE, sample.NOW))

    assert "Fri, Nov 20, 2026 11:14 PM (20 Nov 22:14 UTC)" in drawn.facts
    assert "{{" not in drawn.text


def test_the_renderer_finds_a_broken_card(board: Easel) -> None:
    broken = {**card([badge("x", "Good"), text("y")], fallback="x"), "body": [{"type": "Nothing"}]}

    assert board.draw(broken).events
