"""Every card, as its example and in its variants, is one that Teams accepts; mistakes in a card are found with where."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bot.ports import Card
from cards.elements import (
    LARGEST,
    badge,
    button,
    buttons,
    card,
    chart,
    columns,
    container,
    fit,
    link,
    size,
    table,
    text,
)
from tests.support.card_checks import against_models, against_schema, degraded, nodes, problems
from tests.support.card_samples import every_card, examples

CARDS = every_card()


@pytest.mark.parametrize("name", CARDS)
def test_teams_accepts_every_card(name: str) -> None:
    assert problems(CARDS[name]) == []


def test_every_card_module_has_an_example() -> None:
    assert {name for name, _ in examples()} >= {
        "confirm", "errors", "help", "incident", "job", "jobs", "message", "receipt", "refusal", "watching", "welcome",
    }  # fmt: skip


# --- the checks themselves ---------------------------------------------------------------------------------------------


def _body(*elements: dict[str, Any]) -> Card:
    return {**card([text("x")], fallback="x"), "body": list(elements)}


WRONG = {
    "vreb": _body({"type": "ActionSet", "actions": [{"type": "Action.Execute", "title": "x", "vreb": "ack"}]}),
    "Badge style Red": _body({**badge("High", "Attention"), "style": "Red"}),
    "xAxisTtle": _body({**chart("t", [("a", 1)], "a 1"), "xAxisTtle": "UTC"}),
    "widht": _body({"type": "ColumnSet", "columns": [{"type": "Column", "widht": "auto", "items": []}]}),
    "a fact's vlaue": _body({"type": "FactSet", "facts": [{"title": "x", "vlaue": "y"}]}),
    "ms_teams": {**_body(text("x")), "ms_teams": {"width": "full"}},
    "an unknown type": _body({"type": "TextBlok", "text": "x"}),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_misspelt_card_is_found_out(mistake: str) -> None:
    found = list(against_models(WRONG[mistake]))

    assert found
    assert all(each.startswith("$") for each in found), "each mistake comes with its path"


def test_the_official_schema_refuses_what_plain_clients_do_not_know() -> None:
    assert list(against_schema(_body({"type": "TextBlock", "txt": "x"})))
    assert list(against_schema(_body({"type": "Badge", "text": "no fallback"})))


def test_old_clients_see_words_in_place_of_badges_and_charts() -> None:
    shown = degraded(CARDS["errors"])

    assert not [node for node in nodes(shown) if str(node.get("type")).startswith(("Badge", "Chart"))]
    assert any("12 TooManyRequests" in str(node.get("text")) for node in nodes(shown))


# --- elements ----------------------------------------------------------------------------------------------------------


def test_a_button_is_a_command_and_its_words() -> None:
    assert button("Restart…", "restart", "job-1", secondary=True) == {
        "type": "Action.Execute",
        "title": "Restart…",
        "verb": "restart",
        "data": {"words": "job-1"},
        "mode": "secondary",
    }


def test_more_buttons_than_teams_shows_are_a_mistake() -> None:
    six = [button(str(at), "jobs") for at in range(6)]

    assert buttons(*six, button("more", "jobs", secondary=True))
    with pytest.raises(ValueError, match="6 buttons at most"):
        buttons(*six, button("seventh", "jobs"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://example.com",
        "javascript:alert(1)",
        "https://",
        "https://a@evil.com",
        "https://x/ y",
        "https://[",
        "x",
    ],
)
def test_only_whole_https_addresses_become_links(url: str) -> None:
    assert link("Help", url) is None
    assert link("Help", "https://aka.ms/help") is not None


def test_a_card_without_parts_has_no_empty_ones() -> None:
    made = card([None, container([None, text("x")]), buttons()], fallback="x")

    assert [element["type"] for element in made["body"]] == ["Container"]
    assert len(made["body"][0]["items"]) == 1


# --- size --------------------------------------------------------------------------------------------------------------


def _long_table(rows: int) -> Card:
    cells = [[[text(f"row {at} {'x' * 100}")]] for at in range(rows)]
    return card([table((1,), [[[text("header")]], *cells]), text("the end")], fallback="x")


def test_a_card_that_fits_is_left_alone() -> None:
    made = _long_table(3)

    assert fit(made) is made


def test_rows_that_do_not_fit_are_left_out_and_counted() -> None:
    made = _long_table(1000)
    rows, said, last = made["body"][0]["rows"], made["body"][1], made["body"][2]

    assert size(made) <= LARGEST
    assert said["inlines"][0]["text"] == f"{1001 - len(rows)} more are left out: a card holds no more."
    assert last["inlines"][0]["text"] == "the end"
    assert size(made) > LARGEST - 2_000, "no more is cut than must be"


def test_a_few_dozen_jobs_fit_and_of_500_the_worst_are_shown() -> None:
    assert len(CARDS["jobs-36"]["body"][2]["rows"]) == 37
    many = copy.deepcopy(CARDS["jobs-500"])["body"]
    shown = len(many[2]["rows"]) - 1

    assert shown >= 36
    assert f"{500 - shown} more are left out" in many[3]["inlines"][0]["text"]
    assert [row["cells"][2]["items"][0]["text"] for row in many[2]["rows"][1:4]] == ["6", "6", "6"]


def test_a_large_card_without_rows_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="too large"):
        card([columns(("auto", [text("x" * 400) for _ in range(100)]))], fallback="x")
