"""Every rule over the whole way: its beat opens just its incident, the card says what is wrong, and the data ends it."""

from pathlib import Path

import pytest

from bot.detect import rules
from bot.model import Incident
from tests.support.cases import Case, cases
from tests.support.whole import Whole, whole, words

CASES = cases()


async def told(scene: Whole) -> list[Incident]:
    """The open incidents that stand for themselves."""
    return [incident for incident in await scene.incidents() if not incident.held_by]


def test_every_rule_has_a_case_and_every_case_a_rule() -> None:
    assert sorted({case.rule for case in CASES}) == sorted(rule.name for rule in rules() if rule.check)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
async def test_it_opens_says_what_is_wrong_and_ends(tmp_path: Path, case: Case) -> None:
    async with whole(tmp_path, **case.settings) as scene:
        await case.before(scene)
        await scene.look()
        assert await scene.incidents() == []

        await case.play(scene)
        found = await told(scene)
        assert sorted(each.alert.rule for each in found) == sorted((case.rule, *case.also))
        title = next(each.alert.title for each in found if each.alert.rule == case.rule)
        card = scene.card(title)
        assert [word for word in case.says if word not in words(card)] == [], words(card)

        await case.heal(scene)
        left = await scene.incidents()
        assert [each.alert.title for each in left] == []
        ended = next(each for each in scene.teams.cards() if each.id == card.id)
        assert "Resolved" in words(ended)
