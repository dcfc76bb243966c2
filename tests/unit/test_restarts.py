"""Scopes of a restart: exactly what Graph asks for, for every legal combination; the others are refused."""

from itertools import combinations

import pytest

from bot.model import RestartScope as S
from bot.ports import Refusal
from bot.restarts import MEANING, reset_scope

LEGAL: dict[tuple[S, ...], str] = {
    (S.PORTAL,): "Watermark, Escrows, QuarantineState",
    (S.QUARANTINE,): "QuarantineState",
    (S.ESCROWS,): "Escrows",
    (S.WATERMARK,): "Watermark",
    (S.QUARANTINE, S.ESCROWS): "Escrows, QuarantineState",
    (S.QUARANTINE, S.WATERMARK): "Watermark, QuarantineState",
    (S.ESCROWS, S.WATERMARK): "Watermark, Escrows",
    (S.QUARANTINE, S.ESCROWS, S.WATERMARK): "Watermark, Escrows, QuarantineState",
    (S.FULL,): "Full",
    (S.FORCE_DELETES,): "ForceDeletes",
}
EVERY = [combination for size in range(1, len(S) + 1) for combination in combinations(S, size)]


@pytest.mark.parametrize("scopes", EVERY, ids=lambda scopes: "+".join(scopes))
def test_every_combination_is_sent_as_graph_asks_or_refused_with_the_reason(scopes: tuple[S, ...]) -> None:
    if scopes in LEGAL:
        assert reset_scope(scopes) == LEGAL[scopes]
        assert reset_scope((*reversed(scopes), scopes[0])) == LEGAL[scopes]
    else:
        with pytest.raises(Refusal, match="cannot be combined with others: "):
            reset_scope(scopes)


def test_a_restart_without_a_scope_is_refused() -> None:
    with pytest.raises(Refusal, match="needs a scope"):
        reset_scope(())


def test_every_scope_says_what_it_does() -> None:
    assert set(MEANING) == set(S)
