"""Commands within the bot's own sentences are bold; the marks around them, which Teams would show as they are, are gone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.command import commands
from bot.detect import rules
from bot.kqlrules.shelf import shipped
from bot.model import Diagnosis, Evidence, Grade, RuleHelp, Sheet
from bot.ports import Card
from cards import sample
from cards.doctor import doctor
from cards.help import help as help_card
from cards.incident import incident
from cards.rules import rule
from cards.rules import rules as rules_card
from tests.support.card_samples import every_card
from tests.support.talk import texts

ROOT = Path(__file__).parents[2]
WRONG = "my_own.kql, line 1: `// title: …` is missing among the first lines."


def marked(card: Card) -> list[str]:
    return [text for text in texts(card) if "`" in text]


def test_no_card_of_the_gallery_shows_a_mark() -> None:
    assert {name: found for name, card in every_card().items() if (found := marked(card))} == {}


def test_no_help_of_a_command_shows_a_mark() -> None:
    shown = [each.help for each in commands().values()]
    assert any("`" in each.text for each in shown)
    for topic in ("", *(each.name for each in shown)):
        assert marked(help_card(shown, topic)) == []


def helps() -> Iterator[RuleHelp]:
    for each in rules():
        yield RuleHelp(name=each.name, text=each.text, needs=each.needs.value, severity=each.severity)


def test_no_rule_shows_a_mark_also_when_it_is_broken() -> None:
    known = list(helps())
    for each in [*known, *(replace(each, note=WRONG, broken=True) for each in known[:2])]:
        assert marked(rule(each, [], sample.NOW)) == []
    broken = replace(known[0], note=WRONG, broken=True)
    assert marked(rules_card([(broken, 0), (known[1], 1)], [WRONG])) == []
    assert "line 1" in " ".join(texts(rules_card([(broken, 0)], [WRONG])))


@pytest.mark.parametrize("each", shipped(), ids=lambda each: each.name)
def test_no_advice_of_a_rule_in_kql_shows_a_mark(each: object) -> None:
    said = getattr(each, "do", "")
    shown = replace(sample.IN_QUARANTINE, evidence=Evidence(sheet=Sheet(columns=(), rows=(), home="archive", do=said)))
    card = incident(shown, None, sample.NOW)
    assert marked(card) == []
    assert not said or said.split()[-1].strip("`.") in " ".join(texts(card))


def test_what_a_rule_in_python_says_has_no_marks_because_facts_know_no_bold_words() -> None:
    for path in (ROOT / "bot" / "rules").glob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        words = [
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        assert [word for word in words if "`" in word and len(word) > 1] == [], path.name


def test_no_receipt_has_marks() -> None:
    for path in (ROOT / "bot" / "commands").glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "receipt":
                assert "`" not in ast.unparse(call), path.name


def test_the_doctor_shows_commands_in_bold() -> None:
    card = doctor([Diagnosis(topic="Deliveries", grade=Grade.NOTE, text="Nobody watches: write `watch` in a chat.")])
    assert marked(card) == []
    assert "watch" in list(texts(card))
