"""Queries published as samples, as they are printed: which ones fail, and how the shipped rule for the same thing differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from bot.kqlrules import Operator
from bot.kqlrules.shelf import shipped
from bot.ports import Answered, Question, Refusal, Tables
from tests.support.kql_rules import NOON, archive, asked, expected, found, rows
from tests.support.kusto import Verdict, judged
from tests.support.published import FOLDER, mended, printed

RULES = {rule.name: rule for rule in shipped()}
NEVER, ONCE = Operator.EQUAL, Operator.GREATER


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A published query. `stumbles` is what the parser stumbles over, "" where nothing is wrong with the text.

    `logic` and `threshold` are the printed alert logic; where it was left empty, more rows than none. `fires` is what
    that does with the rule's positive and negative rows once the print is put right, None where that is not enough.
    `sees` is how many of the things to tell stand in the answer.
    """

    name: str
    rule: str
    why: str
    stumbles: str = ""
    logic: Operator = ONCE
    threshold: float = 0
    fires: tuple[bool, bool] | None
    sees: int = 0


SAMPLES = (
    Sample(
        name="failures_spike",
        rule="provisioning_failures",
        why="counts rows, so that one object that is tried every 40 minutes is a spike; eleven that fail elsewhere are none",
        stumbles="“",
        threshold=10,
        fires=(True, True),
    ),
    Sample(
        name="no_exports",
        rule="nothing_exported",
        why="takes any row of any job, so that it is silent as long as anything at all is logged",
        logic=NEVER,
        fires=(False, False),
        sees=1,
    ),
    Sample(
        name="cloud_sync",
        rule="cloud_sync_errors",
        why="reads columns that are not documented, and knows the jobs of one tenant only",
        stumbles="Action",
        fires=None,
    ),
    Sample(
        name="workflow_fails",
        rule="workflow_failed",
        why="fires when nothing failed, misses one of two spellings, and matches no name, because < and > were escaped",
        logic=NEVER,
        fires=(True, True),
    ),
    Sample(
        name="partner_added",
        rule="cross_tenant_partner_changed",
        why="takes attempts that were refused, and misses partners that are changed, removed or named by a domain",
        stumbles="\\",
        fires=(True, True),
        sees=1,
    ),
    Sample(
        name="sync_allowed",
        rule="cross_tenant_sync_allowed",
        why="misses a policy that was created with the setting on, and fires when it was on before",
        stumbles="\\",
        fires=(True, True),
        sees=1,
    ),
    Sample(
        name="organization_created",
        rule="connected_organization_added",
        why="gives a tenant's id out of the description, and neither the organization's id nor its name nor who did it",
        stumbles="_",
        fires=(True, False),
    ),
    Sample(
        name="extension_fails",
        rule="custom_extension_failed",
        why="looks for calls that succeeded",
        stumbles="AuditLogs_",
        fires=(True, True),
        sees=1,
    ),
    Sample(
        name="review_deleted",
        rule="access_review_deleted",
        why="compares with a name that begins with a blank, which no row has",
        fires=(False, False),
    ),
    Sample(
        name="pim_alert_disabled",
        rule="pim_alert_disabled",
        why="minds capitals, knows one of two names, and takes attempts that were refused",
        fires=(True, True),
        sees=1,
    ),
)
SCRIPTS = {
    "job_ids": "AADProvisioningLogs | distinct JobId",
    "created_change_ids": 'AADProvisioningLogs | where ProvisioningAction =~ "create" | project ChangeId',
}
"""PowerShell on a downloaded file, and the same in KQL."""


@cache
def verdicts() -> Mapping[str, Verdict]:
    """Microsoft's own parser on everything as it is printed."""
    return judged({path.stem: printed(path.name) for path in FOLDER.iterdir()})


def test_all_twelve_are_here() -> None:
    assert sorted(verdicts()) == sorted([each.name for each in SAMPLES] + list(SCRIPTS))
    assert len(verdicts()) == 12


def test_eight_of_the_twelve_fail_as_printed() -> None:
    wrong = {name for name, verdict in verdicts().items() if verdict.mistakes}
    assert wrong == {each.name for each in SAMPLES if each.stumbles} | set(SCRIPTS)
    assert len(wrong) == 8


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
async def test_what_fails_fails_here_too_and_is_told(tmp_path: Path, sample: Sample) -> None:
    async with archive(tmp_path / "log", rows(sample.rule, "positive")) as tables:
        answer = await run(tables, sample, printed(f"{sample.name}.kql"))
    assert sample.stumbles in [mistake.text for mistake in verdicts()[sample.name].mistakes] or not sample.stumbles
    assert isinstance(answer, Refusal if sample.stumbles else Answered)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
async def test_the_shipped_rule_tells_what_the_sample_does_not(tmp_path: Path, sample: Sample) -> None:
    rule = RULES[sample.rule]
    fired: list[bool] = []
    for side in ("positive", "negative"):
        given = rows(rule.name, side)
        async with archive(tmp_path / side, given) as tables:
            told = found(rule, await asked(tables, rule))
            answer = await run(tables, sample, mended(f"{sample.name}.kql", filled(sample)))
        assert [(each.alert.job_id, each.alert.key) for each in told] == expected(rule, given.fires)
        if isinstance(answer, Answered):
            fired.append(sample.logic.holds(len(answer.rows), sample.threshold))
            if side == "positive":
                assert sum(key[0] in str(answer.rows) for key in given.fires) == sample.sees, sample.why
    assert (tuple(fired) or None) == sample.fires, sample.why
    # None of them is right on both sides and names all that there is to tell.
    assert sample.fires != (True, False) or sample.sees < len(rows(rule.name, "positive").fires)


@pytest.mark.parametrize("name", SCRIPTS)
async def test_what_was_powershell_on_a_file_is_a_query_on_every_row(tmp_path: Path, name: str) -> None:
    given = rows("provisioning_failures", "positive")
    entries = given.AADProvisioningLogs
    wanted = {
        "job_ids": {entry["jobId"] for entry in entries},
        "created_change_ids": {entry["changeId"] for entry in entries if entry["provisioningAction"] == "create"},
    }
    async with archive(tmp_path / "log", given) as tables:
        [answer] = await tables.ask(
            [Question(kql=SCRIPTS[name], timespan=(NOON - RULES["nothing_exported"].window, NOON))]
        )
    assert isinstance(answer, Answered)
    assert {row[0] for row in answer.rows} == wanted[name]


async def run(tables: Tables, sample: Sample, kql: str) -> Answered | Exception:
    [answer] = await tables.ask([Question(kql=kql, timespan=(NOON - RULES[sample.rule].window, NOON))])
    return answer


def filled(sample: Sample) -> dict[str, str]:
    """What somebody would put in by hand: the job that is tried again and again, and names that are there."""
    entries = rows(sample.rule, "positive").AADProvisioningLogs
    counted = [entry["jobId"] for entry in entries]
    return {
        "input JobId": max(counted, key=counted.count, default=""),
        "input workflow name": "Leavers",
        "input custom exteionsion name": "Open a ServiceNest ticket",
        "input custom extension name": "Print a badge",
    }
