"""Cards as mail: every element is known, every word arrives in both forms, and nothing from outside becomes markup."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from bot.adapters.email import card_html, card_text
from bot.adapters.email.card_text import written
from bot.adapters.email.page import page
from bot.adapters.email.reading import plain, unguarded
from bot.ports import Card
from cards import sample
from cards.charts import bar_chart, line_chart, share_chart
from cards.elements import button, buttons, card, cell, facts, link, table, text
from cards.incident import incident
from cards.plain import clean
from tests.laws.test_cards_are_text import HOSTILE
from tests.support.card_checks import nodes
from tests.support.card_samples import every_card
from tests.support.mail_page import Page

CARDS = every_card() | {
    "charts": card(
        [
            line_chart("Failures", [("a", [("1", 3), ("2", 0)]), ("b", [("1", 0), ("2", 0)])], up="rows"),
            bar_chart("By day", [("Mon", 1.5), ("Tue", 0)]),
            share_chart("Shares", [("ok", 9), ("not", 1)]),
        ],
        fallback="x",
    )
}
PARTS = {"AdaptiveCard", "Column", "TextRun", "TableRow", "TableCell"}
"""What stands only within elements of its own kind."""

ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "div", "p", "h1", "h2", "span", "strong", "a"),
    *("table", "tr", "th", "td"),
}


def html(made: Card, lead: str = "") -> str:
    return page(made, title="A title", preview="In short", lead=lead, footer="Why it came")


def said(made: Card) -> Iterator[str]:
    """Every word that a card shows, but for buttons and what is to be filled in."""
    for node in nodes(made["body"]):
        kind = node.get("type")
        if kind == "TextRun":
            yield unguarded(node["text"])
        elif kind == "TextBlock" or ("value" in node and "title" in node and not kind):
            yield from (plain(node[name]) for name in ("title", "value", "text") if name in node)
        elif kind == "Badge":
            yield node["text"]


def without_inputs(made: Card) -> Card:
    """Titles and values of choices look like those of facts."""
    return {**made, "body": [each for each in made["body"] if not str(each["type"]).startswith("Input.")]}


def test_every_kind_of_element_that_a_card_can_have_is_known_in_both_forms() -> None:
    kinds = {
        str(node["type"])
        for made in CARDS.values()
        for node in nodes(made["body"])
        if isinstance(node.get("type"), str)
    }
    elements = {kind for kind in kinds if not kind.startswith("Action.")} - PARTS

    assert elements == card_html.KINDS.keys() == card_text.KINDS.keys()


@pytest.mark.parametrize("name", sorted(CARDS))
def test_every_word_of_a_card_stands_in_the_page_and_in_the_text(name: str) -> None:
    made = CARDS[name]
    shown, plainly = Page(html(made)).text, " ".join(written(made).split())
    charts = {
        id(node)
        for chart in nodes(made["body"])
        if str(chart.get("type")).startswith("Chart.")
        for node in nodes(chart)
    }

    for each in said(without_inputs(made)):
        words = " ".join(each.split())
        assert words in plainly or words.rstrip(":") in plainly, words
        if not charts:
            assert words in shown, words


@pytest.mark.parametrize("name", sorted(CARDS))
def test_a_page_holds_only_what_mail_programs_know(name: str) -> None:
    found = Page(html(CARDS[name], lead="Something happened"))

    assert {tag for tag, _ in found.tags} <= ALLOWED
    assert not [key for _, attributes in found.tags for key in attributes if key.startswith("on") or key == "src"]
    assert [attributes.get("lang") for tag, attributes in found.tags if tag == "html"] == ["en"]
    for tag, attributes in found.tags:
        if tag == "table":
            rows_are_data = attributes.get("role") != "presentation"
            assert rows_are_data or "scope" not in attributes
        if tag == "th":
            assert attributes["scope"] in ("row", "col")


def test_times_are_told_in_utc_alone() -> None:
    made = card(facts([("Since", sample.BEGAN), ("Until", ("about ", sample.NOW, ", or so"))]), fallback="x")

    assert written(made) == "Since: 20 Nov 22:14 UTC\nUntil: about 21 Nov 01:20 UTC, or so"
    assert "{{" not in html(made)


def test_each_row_of_a_table_is_a_line_or_a_block_with_a_line_for_each_column() -> None:
    header = [[cell("What")], [cell("")], [cell("Why")]]
    rows = [
        [[cell("a")], [cell("b")], [cell("c")]],
        [[cell("d"), cell("since noon")], [], [cell("e"), text("f")]],
    ]
    made = card([table((1, 1, 1), [header, *rows])], fallback="x")

    assert written(made) == "- What: a; b; Why: c\n- What: d\n    since noon\n  Why: e\n    f"


def test_links_are_links_and_buttons_are_what_to_say_in_teams() -> None:
    made = card(
        [
            buttons(
                link("Open the rows", "https://portal.azure.com/#blade?q=a&b='c'"),
                button("Acknowledge", "ack", "42"),
                button("Job", "status", "Workday.0b1c"),
            )
        ],
        fallback="x",
    )

    assert Page(html(made)).links == ["https://portal.azure.com/#blade?q=a&b='c'"]
    assert "Open the rows: https://portal.azure.com/" in written(made)
    for form in (Page(html(made)).text, written(made)):
        assert "In Teams, say to the bot: ack 42" in form
        assert "Workday.0b1c" not in form


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "http://contoso.com", "https://a@evil.example", "data:x", "https:"]
)
def test_a_link_that_is_no_whole_https_address_is_left_out(url: str) -> None:
    made: Card = {"body": [{"type": "ActionSet", "actions": [{"type": "Action.OpenUrl", "title": "x", "url": url}]}]}

    assert (Page(html(made)).links, written(made)) == ([], "")


@pytest.mark.parametrize("evil", HOSTILE)
def test_what_comes_from_outside_is_shown_as_it_is_and_never_becomes_markup(evil: str) -> None:
    known = sample.ADDRESSES_CLASH
    alert = replace(known.alert, title=evil, detail=evil, job_name=evil)
    made = incident(replace(known, alert=alert, acknowledged_by=evil), None, sample.NOW)
    harmless = incident(replace(known, acknowledged_by="x"), None, sample.NOW)

    found, other = Page(html(made, lead=clean(evil))), Page(html(harmless, lead="x"))
    assert {tag for tag, _ in found.tags} <= ALLOWED
    assert found.links == other.links == []
    assert len([1 for tag, _ in found.tags if tag == "h1"]) == 1
    html(made, lead=clean(evil)).encode("utf-8")
    shown = " ".join(next(said({"body": [made["body"][1]]}), "").split())
    assert shown in found.text


def test_an_element_that_is_not_known_yet_is_told_by_its_fallback_or_not_at_all() -> None:
    strange = {"type": "Hologram", "fallback": text("In words.")}
    made: Card = {"body": [strange, {"type": "Hologram"}, {"type": "Hologram", "fallback": "drop"}]}

    assert written(made) == "In words."
    assert "In words." in Page(html(made)).text


def test_what_stands_in_braces_is_shown_as_it_came() -> None:
    made = card([text("{{DATE(2017-02-14T06:00:00Z,SHORT)}} ${name}")], fallback="x")

    assert written(made) == "{{DATE(2017-02-14T06:00:00Z,SHORT)}} ${name}"
