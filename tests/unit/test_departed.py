"""A job that was deleted takes its incidents and its failures with it; one that is merely not seen does not."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.store import Store
from bot.health import Health
from bot.model import Credential, Incident, State
from bot.watch import Watcher
from tests.support.fake_sources import FakeJobs, FakeSource
from tests.support.make import NOON, Hand, event, job, quarantine

WORKDAY = job()
SLACK = job("Slack", id="slack.t.2", service_principal="sp-2", quarantine=quarantine())


class Scene:
    """A watch over two jobs: objects of one fail, the other is in quarantine and objects of it fail too."""

    def __init__(self, store: Store) -> None:
        self.store, self.clock = store, Hand()
        self.jobs, self.source = FakeJobs([WORKDAY, SLACK]), FakeSource()
        health = Health({"fake": timedelta(minutes=1), "jobs": timedelta(minutes=1)}, self.clock)
        self.watcher = Watcher(store=store, jobs=self.jobs, sources=[self.source], now=self.clock, health=health)
        self.source.arrive(event(1), event(2, job_id=SLACK.id), event(3, job_id=SLACK.id, object_id="o2"))

    async def look(self, **later: float) -> None:
        self.clock.forward(**later)
        await self.watcher.look_at_jobs()
        await self.watcher.tick()

    async def incidents(self) -> dict[tuple[str, str], Incident]:
        async with self.store.look() as tx:
            found = await tx.incidents.latest()
        return {(each.alert.job_id, each.alert.rule): each for each in found}

    async def open(self) -> set[tuple[str, str]]:
        return {key for key, each in (await self.incidents()).items() if each.open}

    async def failing(self) -> set[str]:
        async with self.store.look() as tx:
            return set(await tx.ledger.failing())


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    scene = Scene(store)
    await scene.look()
    yield scene
    await store.close()


ALL = {(WORKDAY.id, "failing_objects"), (SLACK.id, "failing_objects"), (SLACK.id, "quarantine")}


async def test_what_was_open_about_a_deleted_job_is_over_and_says_why(scene: Scene) -> None:
    assert await scene.open() == ALL
    del scene.jobs.jobs[SLACK.id]
    await scene.look(minutes=1)
    await scene.look(minutes=28)
    assert await scene.open() == ALL
    await scene.look(minutes=2)
    assert await scene.open() == {(WORKDAY.id, "failing_objects"), (SLACK.id, "job_missing")}
    ended = (await scene.incidents())[SLACK.id, "quarantine"]
    assert (ended.state, ended.ended) == (State.RESOLVED, "the job no longer exists")
    assert await scene.failing() == {WORKDAY.id}


async def test_late_rows_of_a_deleted_job_open_nothing(scene: Scene) -> None:
    del scene.jobs.jobs[SLACK.id]
    await scene.look(minutes=1)
    await scene.look(minutes=31)
    scene.source.arrive(event(4, job_id=SLACK.id, minute=1), event(5, job_id=SLACK.id, object_id="o9"))
    await scene.look(minutes=1)
    await scene.look(minutes=1)
    assert await scene.open() == {(WORKDAY.id, "failing_objects"), (SLACK.id, "job_missing")}
    assert await scene.failing() == {WORKDAY.id}


async def test_a_job_that_comes_back_is_simply_a_job_again(scene: Scene) -> None:
    del scene.jobs.jobs[SLACK.id]
    await scene.look(minutes=1)
    await scene.look(minutes=31)
    scene.jobs.put(SLACK)
    scene.source.arrive(event(6, job_id=SLACK.id, minute=60))
    await scene.look(hours=1)
    assert await scene.open() == ALL
    again = (await scene.incidents())[SLACK.id, "quarantine"]
    assert (again.reopened, again.ended) == (1, "")


async def test_nothing_is_over_while_nobody_says_that_the_job_does_not_exist(scene: Scene) -> None:
    scene.jobs.hidden.add(SLACK.id)
    for _ in range(5):
        await scene.look(hours=1)
    assert await scene.open() == ALL | {(SLACK.id, "job_missing")}
    assert await scene.failing() == {WORKDAY.id, SLACK.id}


async def test_while_the_jobs_cannot_be_read_a_deleted_job_ends_nothing(scene: Scene) -> None:
    del scene.jobs.jobs[SLACK.id]
    await scene.look(minutes=1)
    scene.jobs.down = "Graph is away."
    await scene.look(hours=2)
    assert await scene.open() >= ALL
    scene.jobs.down = ""
    await scene.look(minutes=1)
    assert await scene.open() == {(WORKDAY.id, "failing_objects"), (SLACK.id, "job_missing")}


async def test_after_a_week_nothing_is_kept_of_what_surrounded_the_job(scene: Scene) -> None:
    async with scene.store.begin() as tx:
        await tx.credentials.save([Credential(id="k", kind="x", name="", owner="", expires_at=NOON)])
        for each in (WORKDAY, SLACK):
            await tx.credentials.tell_token(each.id, NOON + timedelta(days=300), "Ada", NOON)
            await tx.credentials.save_groups(each.id, ())
    del scene.jobs.jobs[SLACK.id]
    await scene.look(minutes=1)
    await scene.look(days=6)
    async with scene.store.look() as tx:
        assert len(await tx.credentials.tokens()) == 2
    await scene.look(days=2)
    async with scene.store.look() as tx:
        assert list(await tx.credentials.tokens()) == list(await tx.credentials.groups()) == [WORKDAY.id]
        assert await tx.credentials.all() != ()
    assert not [rule for job_id, rule in await scene.open() if job_id == SLACK.id]
