"""help restart: every scope with a line that says what it forgets."""

from bot.command import commands
from bot.model import RestartScope
from bot.restarts import ALONE, IN_SHORT, MEANING
from cards.help import help as help_card
from tests.support.talk import texts

SHOWN = [each.help for each in commands().values() if not each.hidden]


def test_every_scope_has_a_line_of_its_own() -> None:
    shown = list(texts(help_card(SHOWN, "restart")))
    assert list(IN_SHORT) == list(MEANING) == list(RestartScope)
    for scope in RestartScope:
        assert shown[shown.index(f"{scope} ") + 1] == IN_SHORT[scope]
        assert len(IN_SHORT[scope]) < 90


def test_it_is_said_which_scopes_go_together() -> None:
    said = " ".join(texts(help_card(SHOWN, "restart")))
    assert f"Several go together, with commas between them; {', '.join(ALONE)} stand alone." in said


def test_the_list_of_all_commands_stays_short() -> None:
    assert "lifts the quarantine" not in " ".join(texts(help_card(SHOWN)))
