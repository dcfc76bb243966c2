"""Rules in KQL that are given the discovered jobs: those without a row are found, and a change is tied to a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from msgspec import structs

from bot.kqlrules.shelf import shipped
from tests.support.kql_rules import Rows, archive, asked, found, rows, workspace

RULES = {rule.name: rule for rule in shipped()}
Values = Mapping[str, Sequence[str]]


def known(*jobs: tuple[str, str, str]) -> Values:
    """Ids, names and service principals, as the watch binds them: in one order."""
    ids, names, principals = zip(*jobs, strict=True)
    return {"jobs": ids, "names": names, "principals": principals}


async def told(tmp_path: Path, rule: str, given: Rows, values: Values) -> list[tuple[str, str]]:
    """Job and title of what the rule finds, the same in both homes."""
    async with archive(tmp_path / "log", given) as tables:
        here = found(RULES[rule], await asked(tables, RULES[rule], values))
    async with workspace(given) as tables:
        there = found(RULES[rule], await asked(tables, RULES[rule], values))
    assert [each.alert for each in here] == [each.alert for each in there]
    return [(each.alert.job_id, each.alert.title) for each in here]


async def test_a_job_without_a_single_row_has_exported_nothing_unless_it_is_new(tmp_path: Path) -> None:
    given = rows("nothing_exported", "positive")
    created = next(
        row
        for row in rows("provisioning_job_changed", "positive").AuditLogs
        if row["activityDisplayName"] == "Add provisioning configuration"
    )
    about = [{**created["targetResources"][0], "id": "principal of the young one"}]
    given = structs.replace(given, AuditLogs=[*given.AuditLogs, {**created, "targetResources": about}])
    jobs = known(("quiet.1", "Quiet", "principal of the quiet one"), ("young.1", "Young", about[0]["id"]))
    assert [each for each in await told(tmp_path, "nothing_exported", given, jobs) if "Plotter" not in each[1]] == [
        ("quiet.1", "Quiet has exported nothing in a month")
    ]


async def test_a_log_that_is_young_says_nothing_about_a_month(tmp_path: Path) -> None:
    jobs = known(("quiet.1", "Quiet", "principal"))
    assert await told(tmp_path, "nothing_exported", rows("cloud_sync_errors", "positive"), jobs) == []


async def test_a_log_without_rows_says_nothing_at_all(tmp_path: Path) -> None:
    jobs = known(("quiet.1", "Quiet", "principal"))
    assert await told(tmp_path, "nothing_exported", Rows(), jobs) == []


@pytest.mark.parametrize("rule", ["provisioning_settings_changed", "provisioning_job_changed"])
async def test_a_change_is_tied_to_the_job_of_its_application_and_to_none_where_it_has_several(
    tmp_path: Path, rule: str
) -> None:
    given = rows(rule, "positive")
    principal, others = given.fires[0][0], ("c.3", "Other", "somebody else's")
    alone = await told(tmp_path, rule, given, known(("b.2", "Plotter", principal), others))
    assert {job for job, _ in alone} == {"", "b.2"}
    (tmp_path / "log").unlink()
    shared = known(("b.2", "Plotter", principal), ("a.1", "Plotter", principal), others)
    several = await told(tmp_path, rule, given, shared)
    assert {job for job, _ in several} == {""}
    assert sorted(title for _, title in several) == sorted(title for _, title in alone)


async def test_an_application_that_has_no_rows_yet_is_known_by_its_job(tmp_path: Path) -> None:
    given = rows("application_secret_changed", "negative")
    assert await told(
        tmp_path, "application_secret_changed", given, known(("intranet.1", "Intranet", "principal"))
    ) == [("intranet.1", "A secret of Intranet was added")]


async def test_a_secret_that_several_jobs_share_is_tied_to_none_of_them(tmp_path: Path) -> None:
    given = rows("application_secret_changed", "negative")
    shared = known(("intranet.1", "Intranet", "principal"), ("intranet.2", "Intranet", "principal"))
    assert await told(tmp_path, "application_secret_changed", given, shared) == [("", "A secret of Intranet was added")]
