"""help watch: the whole usage, and a line on each flag; the list of all commands stays short."""

from __future__ import annotations

import pytest

from bot.command import Command, commands
from cards.elements import LARGEST, size
from cards.help import help as help_card
from tests.support.talk import texts

SHOWN = [each for each in commands().values() if not each.hidden]


def lines(topic: str = "") -> list[str]:
    return list(texts(help_card([each.help for each in SHOWN], topic)))


@pytest.mark.parametrize("command", SHOWN, ids=lambda command: command.name)
def test_the_help_of_a_command_has_its_whole_usage_and_says_what_each_flag_is_for(command: Command) -> None:
    said = lines(command.name)
    assert command.usage in said
    for flag in (each for each in command.parameters if each.flag):
        meaning = said[said.index(f"{flag.shown} ") + 1]
        assert meaning.startswith(flag.text)
        assert 10 < len(flag.text) < 100
        assert flag.default in meaning, "what it means when it is left out"


def test_words_that_need_one_are_explained_too() -> None:
    said = " ".join(lines("watch"))
    assert "words of jobs' names, or patterns such as Sales*; me: in your own chat" in said
    assert "--severity critical|high|medium|low  only what is this severe, or worse" in said


def test_the_list_of_all_commands_names_flags_and_says_where_more_is_told() -> None:
    said = lines()
    assert "watch [me|<job,…>] [--severity] [--rule] [--kind] [--persona] [--only-mine] [--dry-run]" in said
    assert "errors [<job>] [--since 24h]" in said
    assert not any("…" in each and each.endswith("…") for each in said), "nothing is cut"
    assert any("Write help and a command, like help watch, for all that it takes." in each for each in said)
    assert size(help_card([each.help for each in SHOWN])) <= LARGEST
