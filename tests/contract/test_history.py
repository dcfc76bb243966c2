"""History by both homes of the log: a workspace, and a file that the Graph source fills. They tell the same."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.whole import Whole, whole, words

HOMES = ["log_analytics", "graph"]


@pytest.fixture(params=HOMES)
async def scene(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Whole]:
    kept: dict[str, Any] = {"workspace_id": "", "archive_file": tmp_path / "archive.duckdb"}
    more = kept if request.param == "graph" else {}
    async with whole(tmp_path, source=request.param, **more) as made:
        yield made


async def failed(scene: Whole) -> dict[str, Any]:
    """One person fails in one app; the row."""
    scene.tenant.beat("fail", job="Ledgerline", count=1)
    for _ in range(3):
        await scene.look(seconds=60)
    rows = [row.event for row in scene.tenant.arrived if row.event["jobId"] == scene.tenant.job("Ledgerline").id]
    return [row for row in rows if row["provisioningStatusInfo"]["status"] == "failure"][-1]


@pytest.mark.parametrize("by", ["id", "displayName"])
async def test_a_person_is_found_by_id_and_by_name_with_what_fails_and_each_step(scene: Whole, by: str) -> None:
    row = await failed(scene)
    told = words(await scene.say(f"user {row['sourceIdentity'][by]}"))
    assert row["sourceIdentity"]["displayName"] in told
    assert "Fails now in 1 job" in told
    assert row["provisioningStatusInfo"]["errorInformation"]["errorCode"] in told
    assert "import →" in told
    assert "failure" in told


async def test_somebody_whom_no_job_knows_is_refused_in_a_sentence(scene: Whole) -> None:
    await scene.look()
    assert "No job has done anything with" in words(await scene.say("user nobody@nowhere.example"))
    assert "too short" in words(await scene.say("user x"))


async def test_a_name_that_several_have_asks_which(scene: Whole) -> None:
    await scene.look(seconds=60)
    name = scene.tenant.arrived[-1].event["sourceIdentity"]["displayName"]
    told = words(await scene.say(f"user {name[:3]}"))
    assert f"match '{name[:3]}'" in told or name in told


@pytest.mark.parametrize("text", ['user "; drop', "user back\\slash", "user O'Brien' or 1", "user ${x} %_%"])
async def test_no_text_breaks_out_of_the_query(scene: Whole, text: str) -> None:
    await scene.look()
    assert "No job has done anything with" in words(await scene.say(text))


async def test_errors_of_a_long_time_are_counted_in_the_log(scene: Whole) -> None:
    row = await failed(scene)
    async with scene.bot.store.begin() as tx:
        await tx.ledger.prune(scene.clock())
        failing = await tx.ledger.failing()
    told = words(await scene.say("errors ledgerline --since 7d"))
    assert list(failing) == [row["jobId"]]
    assert "1 object fails" in told
    assert row["sourceIdentity"]["displayName"] in told
