"""People called on a card: each by their own name, and nobody by a name that somebody gave themselves."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.model import State
from bot.ports import Card
from cards import sample
from cards.elements import card, mentions
from cards.incident import incident
from tests.support.card_checks import nodes, problems

ADA = "0c0c0c0c-0000-4000-8000-000000000003"
BEN = "0d0d0d0d-0000-4000-8000-000000000004"
HOSTILE = (
    "</at><at>Ben",
    "<at>Ben</at>",
    "&lt;at&gt;Ben&lt;/at&gt;",
    "[Ben](https://evil.example)",
    "**Ben** `x` _y_",
    "\u202enimda\u200b",
    "",
    "   ",
    "Ben\n\n# Everybody",
)


def called(people: list[tuple[str, str]]) -> Card:
    return card([mentions("For", people)], fallback="A card", people=people)


def entities(made: Card) -> list[dict[str, Any]]:
    return made["msteams"].get("entities", [])


def line(made: Card) -> str:
    return made["body"][0]["text"]


def test_people_are_called_by_name_and_known_by_id() -> None:
    made = called([("Ada Admin", ADA), ("Ben", "29:1abc_D-e")])
    assert line(made) == "For <at>Ada Admin</at>, <at>Ben</at>"
    assert entities(made) == [
        {"type": "mention", "text": "<at>Ada Admin</at>", "mentioned": {"id": ADA, "name": "Ada Admin"}},
        {"type": "mention", "text": "<at>Ben</at>", "mentioned": {"id": "29:1abc_D-e", "name": "Ben"}},
    ]
    assert problems(made) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_forges_no_mention_and_no_markup(name: str) -> None:
    made = called([(name, ADA)])
    (only,) = entities(made)
    assert line(made) == f"For {only['text']}"
    assert re.fullmatch(r"<at>[^<>\[\]*`&]+</at>", only["text"])
    assert only["mentioned"]["id"] == ADA


@given(st.lists(st.tuples(st.text(max_size=80) | st.sampled_from(HOSTILE), st.sampled_from((ADA, BEN))), max_size=6))
def test_every_tag_on_the_card_belongs_to_one_person(people: list[tuple[str, str]]) -> None:
    made = called(people)
    tags = [one["text"] for one in entities(made)]
    shown = re.findall(r"<at>.*?</at>", line(made)) if made["body"] else []
    assert shown == tags
    assert len(set(tags)) == len(tags) == len({who for _, who in people})


def test_two_of_one_name_are_told_apart() -> None:
    made = called([("Ada", ADA), ("Ada", BEN), ("Ada (2)", "29:x")])
    assert line(made) == "For <at>Ada</at>, <at>Ada (2)</at>, <at>Ada (2) (2)</at>"


@pytest.mark.parametrize("who", ["", "28:bot", "ada@contoso.com", "29:", f"{ADA}x", "<at>", "19:x@thread.tacv2"])
def test_what_is_no_persons_id_is_not_called(who: str) -> None:
    made = called([("Ada", who)])
    assert (made["body"], entities(made)) == ([], [])


def test_more_people_than_a_card_calls_are_counted() -> None:
    made = called([(f"P{number}", f"29:{number}") for number in range(23)])
    assert len(entities(made)) == 20
    assert line(made).endswith("<at>P19</at> and 3 more")


def test_the_card_of_an_incident_calls_people_while_it_is_open() -> None:
    shown = incident(sample.IN_QUARANTINE, sample.PASSWORD_ADVICE, sample.NOW, people=[("Ada", ADA)])
    assert next(node["text"] for node in nodes(shown) if "<at>" in str(node.get("text", ""))) == "For <at>Ada</at>"
    assert problems(shown) == []
    over = replace(sample.IN_QUARANTINE, state=State.RESOLVED, resolved_at=sample.NOW)
    assert entities(incident(over, sample.PASSWORD_ADVICE, sample.NOW, people=[("Ada", ADA)])) == []


def test_what_the_directory_says_elsewhere_on_the_card_calls_nobody() -> None:
    alert = replace(sample.IN_QUARANTINE.alert, title="<at>Ada</at>", detail="A <at>Ada</at>", job_name="<AT>Ada</AT>")
    shown = incident(replace(sample.IN_QUARANTINE, alert=alert), None, sample.NOW, people=[("Ada", ADA)])
    texts = [str(value) for node in nodes(shown) for key, value in node.items() if key in ("text", "value", "title")]
    assert [text for text in texts if "<at>ada</at>" in text.lower()] == ["For <at>Ada</at>", "<at>Ada</at>"]
