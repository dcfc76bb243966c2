"""An incident's life on the whole bot: held back by a quarantine, taken and snoozed by buttons, told the last time."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.model import Incident
from tests.support.whole import Whole, cards_of, whole, words


@pytest.fixture
async def quiet(tmp_path: Path) -> AsyncIterator[Whole]:
    async with whole(tmp_path) as everything:
        await everything.look()
        yield everything


async def of_rule(scene: Whole, rule: str) -> Incident:
    return next(each for each in await scene.incidents() if each.alert.rule == rule)


async def test_a_quarantine_shows_the_failing_objects_of_its_job_on_its_own_card(quiet: Whole) -> None:
    quiet.tenant.beat("fail", job="Workday", code="MandatoryFieldsMissing", count=3)
    await quiet.look(seconds=60)
    quiet.tenant.beat("credential_expires", job="Workday")
    await quiet.look(seconds=60)
    await quiet.look(seconds=60)
    held = await of_rule(quiet, "failing_objects")
    quarantine = await of_rule(quiet, "quarantine")
    assert held.held_by == quarantine.alert.fingerprint
    card = next(each for each in quiet.teams.cards() if f"#{quarantine.number} ·" in words(each))
    assert "Also, held back" in words(card)
    assert "MandatoryFieldsMissing" in words(card)
    mine = next(each for each in quiet.teams.cards() if f"#{held.number} ·" in words(each))
    assert "explained by another incident" in words(mine)


async def test_assign_to_me_and_snooze_with_the_buttons_of_the_card(quiet: Whole) -> None:
    quiet.tenant.beat("proxy_conflict", count=3)
    await quiet.look(seconds=60)
    ada = quiet.tenant.admins[0]["displayName"]
    await quiet.teams.press(quiet.card("AttributeValueMustBeUnique"), "Assign to me")
    await quiet.deliver()
    assert f"assigned to {ada}" in words(quiet.card("AttributeValueMustBeUnique"))

    number = (await of_rule(quiet, "failing_objects")).number
    asked = await quiet.say(f"snooze {number}")
    await quiet.teams.press(asked, "snooze", inputs={"for": "4h", "reason": "they are being renamed"})
    await quiet.deliver()
    card = next(each for each in quiet.teams.cards() if f"#{number} ·" in words(each) and each.id != asked.id)
    assert "they are being renamed" in words(card)
    before = len(quiet.teams.texts())

    await quiet.look(seconds=4 * 3600 - 600)
    assert [text for text in quiet.teams.texts()[before:] if "your snooze of" in text]
    await quiet.look(seconds=700)
    assert [text for text in quiet.teams.texts() if "The snooze has ended" in text]
    assert (await of_rule(quiet, "failing_objects")).snooze is None


async def test_the_second_time_the_card_tells_of_the_first(quiet: Whole) -> None:
    quiet.tenant.beat("proxy_conflict", count=3)
    await quiet.look(seconds=60)
    first = await of_rule(quiet, "failing_objects")
    quiet.tenant.beat("recover", job="AD2AADProvisioning")
    for _ in range(4):
        await quiet.look(seconds=150)
    assert await quiet.incidents() == []

    await quiet.look(seconds=30 * 3600)
    quiet.tenant.beat("proxy_conflict", count=3)
    await quiet.look(seconds=60)
    second = await of_rule(quiet, "failing_objects")
    assert second.number > first.number
    card = next(each for each in quiet.teams.cards() if f"#{second.number} ·" in words(each))
    assert f"#{first.number}, " in words(card)
    assert "by itself, nobody had it" in words(card)
    assert len(cards_of(quiet, "AttributeValueMustBeUnique")) == 2


async def test_one_incident_and_the_rules_can_be_asked_for(quiet: Whole) -> None:
    quiet.tenant.beat("proxy_conflict", count=3)
    await quiet.look(seconds=60)
    number = (await of_rule(quiet, "failing_objects")).number
    assert "opened" in words(await quiet.say(f"incident {number}"))
    assert f"#{number}" in words(await quiet.say("incidents"))
    assert "failing_objects" in words(await quiet.say("rules"))
    assert "Who acts" in words(await quiet.say("explain AzureActiveDirectoryAttributeValueMustBeUnique"))
