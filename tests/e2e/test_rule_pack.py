"""The shipped rules in KQL over the whole way, with a workspace and without one: each opens its incident and says for whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.kqlrules.shelf import shipped
from bot.kqlwatch import A_LOOK
from tests.support.rule_beats import SCENES
from tests.support.whole import Whole, whole, words

RULES = {rule.name: rule for rule in shipped()}
SELDOM = {"nothing_exported", "access_requests_unanswered"}
"""Rules that are asked so seldom that what they look for happens before the first look."""
TOO_YOUNG = {"nothing_exported"}
"""What speaks of a month cannot be told by an archive that began today."""
LOOKS = -(-len(RULES) // A_LOOK)


async def open_rules(scene: Whole) -> set[str]:
    return {incident.alert.rule for incident in await scene.incidents()} & set(RULES)


@pytest.mark.parametrize("source", ["log_analytics", "graph"])
async def test_each_opens_its_incident_and_what_is_mended_is_over(tmp_path: Path, source: str) -> None:
    local: dict[str, Any] = {"workspace_id": "", "archive_file": tmp_path / "log.duckdb"}
    silent = TOO_YOUNG if source == "graph" else set[str]()
    async with whole(tmp_path, source=source, rules_off="", **(local if source == "graph" else {})) as scene:
        for name in sorted(SELDOM):
            SCENES[name].play(scene.tenant)
        for _ in range(LOOKS + 1):
            await scene.look(seconds=60)
        assert await open_rules(scene) == SELDOM - silent

        for name in sorted(set(SCENES) - SELDOM):
            SCENES[name].play(scene.tenant)
        await scene.pass_by(minutes=35)
        assert await open_rules(scene) == set(RULES) - silent
        for incident in await scene.incidents():
            if (rule := RULES.get(incident.alert.rule)) and not incident.held_by:
                said = words(scene.card(incident.alert.title))
                assert rule.persona in said
                assert rule.do in said

        for play in SCENES.values():
            if play.heal is not None:
                play.heal(scene.tenant)
        await scene.pass_by(minutes=20)
        assert await open_rules(scene) == {name for name, play in SCENES.items() if play.heal is None} - silent
