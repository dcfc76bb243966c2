"""Every shipped rule in KQL, in both homes: it fires for what it is about, and for nothing else, with the same answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from bot.adapters.kql import rows as shape
from bot.kqlrules import KqlRule
from bot.kqlrules.shelf import shipped
from tests.support.kql_rules import FOLDER, SIDES, archive, asked, expected, found, rows, workspace

RULES = {rule.name: rule for rule in shipped()}

EXPECTED = {
    "IT operations": timedelta(hours=12),
    "GRC": timedelta(days=2),
    "help desk": timedelta(minutes=30),
    "end user": timedelta(minutes=30),
}
"""Hours, days, minutes, minutes: how soon Microsoft's page says that these people expect to hear."""


def test_every_rule_has_its_rows_and_all_rows_have_a_rule() -> None:
    written = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.json"))
    assert written == sorted(f"{name}/{side}.json" for name in RULES for side in SIDES)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_it_says_whom_it_is_for_what_to_do_and_on_what_it_rests(rule: KqlRule) -> None:
    assert rule.key
    assert rule.show
    assert rule.do
    assert rule.source.startswith("https://learn.microsoft.com/")
    assert rule.within is not None
    # People are told in time only where the rule is asked more often than that.
    assert rule.frequency < rule.within <= EXPECTED[rule.persona]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
async def test_it_fires_on_what_it_is_about_in_both_homes(tmp_path: Path, rule: KqlRule, side: str) -> None:
    given = rows(rule.name, side)
    async with archive(tmp_path / "log", given) as tables:
        here = await asked(tables, rule)
    async with workspace(given) as tables:
        there = await asked(tables, rule)

    assert here.columns == there.columns
    assert sorted(here.rows, key=str) == sorted(there.rows, key=str)
    told = found(rule, here)
    assert [each.alert for each in told] == [each.alert for each in found(rule, there)]
    assert [(each.alert.job_id, each.alert.key) for each in told] == expected(rule, given.fires)
    assert bool(told) == (side == "positive")
    assert [each.alert.title for each in told if "{" in each.alert.title or "(none)" in each.alert.title] == []


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
async def test_how_a_log_spells_things_does_not_matter(
    tmp_path: Path, rule: KqlRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Diagnostic settings have written the JSON columns with Id and Name, and with id and displayName as Graph does.
    monkeypatch.setattr(shape, "_named", as_graph_does)
    monkeypatch.setattr(shape, "_capital", str.lower)
    given = rows(rule.name, "positive")
    other = structs.replace(given, AuditLogs=[spelt_otherwise(row) for row in given.AuditLogs])
    async with archive(tmp_path / "log", other) as tables:
        told = found(rule, await asked(tables, rule))
    assert [(each.alert.job_id, each.alert.key.lower()) for each in told] == [
        (job, key.lower()) for job, key in expected(rule, given.fires)
    ]


def as_graph_does(thing: dict[str, Any], **_: str) -> dict[str, Any]:
    return thing


def spelt_otherwise(row: Mapping[str, Any]) -> dict[str, Any]:
    """An audit entry in other capitals, with its targets in another order and without what says nothing."""
    who = {kind: said for kind, said in row["initiatedBy"].items() if said is not None}
    return {
        **row,
        "activityDisplayName": row["activityDisplayName"].upper(),
        "result": row["result"].capitalize(),
        "initiatedBy": who,
        "targetResources": [{**each, "type": each["type"].lower()} for each in reversed(row["targetResources"])],
    }
