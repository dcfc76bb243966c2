"""Every shipped query before Microsoft's own parser, on the documented tables; what it says is held against ours."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

from bot.adapters.kql.tables import columns
from bot.adapters.local_logs import LocalLogs
from bot.kqlrules import KqlRule
from bot.kqlrules.shelf import shipped
from bot.kqlrules.wording import bound
from bot.sources.kql import Place, reading
from bot.sources.logs_audits import reading as reading_audits
from tests.support.kql_rules import DOCUMENTED, NOON
from tests.support.kusto import Verdict, judged

RULES = {rule.name: rule for rule in shipped()}
BINDINGS = {"a job": ("scim.1'; drop", 'two "quoted"\nlines'), "none": ()}


@cache
def verdicts() -> Mapping[str, Verdict]:
    """On each rule as it would be pasted, on each with its parameters bound, and on what the sources ask."""
    asked = {
        f"{rule.name} with {name}": bound(rule.kql, dict.fromkeys(rule.params, values))
        for rule in shipped()
        for name, values in BINDINGS.items()
        if rule.params
    }
    place = Place("2026-11-20T12:00:00.0000000Z", "2026-11-20T12:00:00.0000000Z")
    sources = {"new rows": reading(place, 500), "new audit rows": reading_audits(NOON)}
    return judged({rule.name: rule.kql for rule in shipped()} | asked | sources | MISTAKEN)


MISTAKEN = {
    "!unknown column": "AADProvisioningLogs | where Action == 'create'",
    "!capitals": "AADProvisioningLogs | where resultType == 'Failure'",
    "!quotes": "AADProvisioningLogs | where ResultType == “Failure”",
    "!types": "AADProvisioningLogs | where DurationMs contains 'x'",
    "!nothing": "// only a remark",
    "!command": ".show tables",
}


def test_the_parser_would_tell() -> None:
    silent = [name for name, verdict in verdicts().items() if name in MISTAKEN and not verdict.mistakes]
    assert silent == []


def test_nothing_is_wrong_with_what_is_shipped() -> None:
    wrong = {
        name: verdict.mistakes for name, verdict in verdicts().items() if name not in MISTAKEN and verdict.mistakes
    }
    assert wrong == {}


def test_only_documented_tables_and_columns_are_read() -> None:
    assert columns().keys() >= DOCUMENTED
    assert not {"Action", "StatusInfo"} & columns()["AADProvisioningLogs"].keys()
    read = {table for name, verdict in verdicts().items() if name not in MISTAKEN for table in verdict.tables}
    assert read == DOCUMENTED
    assert [name for name, verdict in verdicts().items() if name in RULES and not verdict.tables] == []


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
async def test_the_local_engine_gives_the_columns_and_types_that_the_parser_expects(rule: KqlRule) -> None:
    logs = LocalLogs()
    try:
        answer = await logs.query(rule.kql, now=NOON, timespan=(NOON - rule.window, NOON))
    finally:
        await logs.close()
    assert list(answer.columns) == verdicts()[rule.name].columns
    named = {name for name, _ in answer.columns}
    assert {*rule.key, *rule.show} <= named
    assert "dynamic" not in dict(answer.columns).values()
