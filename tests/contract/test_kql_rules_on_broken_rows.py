"""Rows as no document shows them break no rule: whatever a field holds, the query is answered and good rows are told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from bot.kqlrules import KqlRule
from bot.kqlrules.shelf import shipped
from tests.support.kql_rules import archive, asked, expected, found, rows

RULES = {rule.name: rule for rule in shipped()}
ODD: list[Any] = json.loads(
    r"""[null, "", "text", "\"", "{", "[]", 7, -1e300, true, [], ["x"], {}, {"x": [{}]}, "\u0000\u202e"]"""
)
LISTS: list[Any] = json.loads(
    r"""[[null], [[]], [{"id": 5, "displayName": {}, "type": [], "modifiedProperties": "x"}]]"""
)


def broken(entry: dict[str, Any], name: Callable[[], str]) -> Iterator[dict[str, Any]]:
    """The entry with each of its fields odd in each way, under ids of their own."""
    for field in entry:
        if field in ("id", "activityDateTime", "jobId"):  # what a job is called is believed
            continue
        for odd in (*ODD, *LISTS, "x" * 5_000):
            yield {**entry, "id": name(), field: odd}
    for number, target in enumerate(entry.get("targetResources", ())):
        for field in target:
            for odd in ODD:
                targets = [*entry["targetResources"]]
                targets[number] = {**target, field: odd}
                yield {**entry, "id": name(), "targetResources": targets}
        for odd in ODD:
            changed = [{"displayName": "KeyDescription", "oldValue": odd, "newValue": odd}, odd]
            yield {**entry, "id": name(), "targetResources": [{**target, "modifiedProperties": changed}]}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
async def test_the_good_rows_are_told_among_the_broken_ones(tmp_path: Path, rule: KqlRule) -> None:
    given = rows(rule.name, "positive")
    names = iter(range(10**9))

    def name() -> str:
        return f"broken-{next(names)}"

    earlier = "2026-11-19T12:01:00.0000000Z"  # within a day, and before all the good ones
    other = structs.replace(
        given,
        AuditLogs=[each | {"activityDateTime": earlier} for good in given.AuditLogs for each in broken(good, name)]
        + given.AuditLogs,
        AADProvisioningLogs=[
            each | {"activityDateTime": earlier}
            for good in given.AADProvisioningLogs[-3:]
            for each in broken(good, name)
        ]
        + given.AADProvisioningLogs,
    )
    async with archive(tmp_path / "log", other) as tables:
        answer = await asked(tables, rule)
    told = {(each.alert.job_id, each.alert.key) for each in found(rule, answer)}
    assert [each for each in expected(rule, given.fires) if each not in told] == []
