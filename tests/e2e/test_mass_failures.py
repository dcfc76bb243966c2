"""Very many failures at once: one card for each cause, brought up to date and never posted again."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.support.whole import Whole, cards_of, whole, words

CAUSES = ("PlotterInternalServerError", "PlotterMandatoryFieldsMissing", "PlotterInvalidDomain")


def sent(scene: Whole) -> Counter[str]:
    """The bot's calls to Teams so far: POST makes a card or a note, PUT edits a card."""
    return Counter(call.method for call in scene.faults.calls if call.area == "door")


@pytest.mark.parametrize("source", ["log_analytics", "graph"])
async def test_500_objects_that_fail_alike_are_one_incident_and_one_card(tmp_path: Path, source: str) -> None:
    async with whole(tmp_path, source=source) as scene:
        await scene.look()
        before = sent(scene)
        scene.tenant.beat("flood", count=500)
        await scene.look(seconds=10)
        await scene.look(seconds=60)
        (incident,) = await scene.incidents()
        assert incident.evidence.count == 500
        assert len(cards_of(scene, "InternalServerError")) == 1
        assert "500 users" in words(scene.card("InternalServerError"))
        assert sent(scene)["POST"] - before["POST"] == 1


async def test_three_causes_are_three_incidents_and_three_cards(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        await scene.look()
        before = sent(scene)
        scene.tenant.beat("flood", count=501, codes=CAUSES)
        await scene.look(seconds=10)
        assert sorted(each.evidence.count for each in await scene.incidents()) == [167, 167, 167]
        assert sent(scene)["POST"] - before["POST"] == 3


async def test_a_number_that_changes_in_the_text_makes_no_new_incident(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        await scene.look()
        for beginning in (0, 100, 200):
            scene.tenant.beat("flood", count=100, beginning=beginning)
            await scene.look(seconds=10)
        (incident,) = await scene.incidents()
        assert (incident.number, incident.evidence.count) == (1, 300)


async def test_10000_failures_at_once_are_a_card_for_each_cause_and_few_edits(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        await scene.look()
        before, looks = sent(scene), 0
        for beginning in range(0, 10_000, 5_000):
            scene.tenant.beat("flood", count=5_000, codes=CAUSES, beginning=beginning)
            await scene.look(seconds=10)
            looks += 1
        found = {each.alert.key: each.evidence.count for each in await scene.incidents()}
        # One more says that the job is near its quarantine.
        forecast = found.pop("")
        assert (len(found), sum(found.values()), forecast) == (3, 10_000, 10_000)
        assert sent(scene)["POST"] - before["POST"] == 4
        assert 0 < sent(scene)["PUT"] - before["PUT"] <= 4 * (looks - 1)

        # The pause spares what would be read once more: a look begins five minutes before the last row.
        scene.clock.turn(seconds=400)
        scene.tenant.beat("flood_ends", count=10_000)
        for _ in range(2):
            await scene.look(seconds=400)
        assert await scene.incidents() == []
        cards = [card for card in scene.teams.cards() if "Resolved" in words(card)]
        assert len(cards) == 4
        # A card and the note in its thread that says that it is over, for each incident; and one for what grew severe.
        assert len(scene.teams.cards()) == 5  # with the welcome


async def test_edits_that_teams_does_not_take_are_not_made_up_for_one_by_one(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        await scene.look()
        scene.tenant.beat("flood", count=100)
        await scene.look(seconds=10)
        before = sent(scene)
        for beginning in range(100, 1_100, 100):
            scene.tenant.beat("flood", count=100, beginning=beginning)
            scene.clock.turn(seconds=10)
            await scene.bot.watcher.tick()
        await scene.deliver()
        assert sent(scene)["PUT"] - before["PUT"] == 1
        assert "1,100 users" in words(scene.card("InternalServerError"))
